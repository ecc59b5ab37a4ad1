import { aws_secretsmanager as secretsmanager, Duration } from 'aws-cdk-lib';
import { GeoDatabase } from './geo-database';
import { ProcessingSchedule } from './processing-schedule';
import { EventColumn } from '../storage/event-column';

/** Size of a Glue worker. */
export enum WorkerType {
  /** 4 vCPUs, 16 GB. */
  G_1X = 'G.1X',
  /** 8 vCPUs, 32 GB. */
  G_2X = 'G.2X',
  /** 16 vCPUs, 64 GB. */
  G_4X = 'G.4X',
  /** 32 vCPUs, 128 GB. */
  G_8X = 'G.8X',
}

/** Position in the stream that the first run reads from. */
export enum StartPosition {
  /** The oldest record that the stream still has. */
  TRIM_HORIZON = 'trim_horizon',
  /** The first record that arrives after the job's first start. */
  LATEST = 'latest',
}

/**
 * Options of the streaming job.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   processing: {
 *     workerType: WorkerType.G_2X,
 *     triggerInterval: Duration.minutes(1),
 *     dedupWindow: Duration.days(2),
 *     transform: 'processing/my_transform.py',
 *     columns: { plan: EventColumn.fromTrait('plan', ColumnType.STRING) },
 *   },
 * });
 */
export interface ProcessingOptions {
  /**
   * When the job runs.
   *
   * @default ProcessingSchedule.continuous()
   */
  readonly schedule?: ProcessingSchedule;

  /**
   * Size of a worker.
   *
   * @default WorkerType.G_1X
   */
  readonly workerType?: WorkerType;

  /**
   * Number of workers, 2 to 100, of which one is the driver.
   *
   * @default 2
   */
  readonly workers?: number;

  /**
   * Runs on spare capacity, which costs less and starts later. Only for scheduled runs on G_1X or G_2X.
   *
   * @default false
   */
  readonly flexExecution?: boolean;

  /**
   * Time between two micro-batches. A shorter one makes rows appear sooner and costs more S3 requests, about 290 for
   * each pair of batches.
   *
   * @default Duration.seconds(30)
   */
  readonly triggerInterval?: Duration;

  /**
   * How long an event id is remembered. A copy that arrives within this time is dropped.
   *
   * @default - the stream's retention, at least 24 hours
   */
  readonly dedupWindow?: Duration;

  /**
   * Position in the stream that the first run reads from.
   *
   * @default StartPosition.TRIM_HORIZON
   */
  readonly startPosition?: StartPosition;

  /**
   * Stops the job when records have expired in the stream before they were read. By default it goes on with the
   * oldest that are left. Then a row of `bad_events` with the error code `expired_unread` says for each shard between
   * which times records may be gone, and the alarm `ExpiredShards` goes off.
   *
   * @default false
   */
  readonly failOnDataLoss?: boolean;

  /**
   * Databases that give events the country, region, city and autonomous system of their IP address. For each address,
   * the first database that knows the place counts, and the first one that knows the autonomous system.
   *
   * @default - only what clients send
   */
  readonly geoDatabases?: GeoDatabase[];

  /**
   * Secret whose value is a key of at least 32 bytes. The ids of users, browsers and devices in `events` are then
   * replaced by their HMAC-SHA-256 with this key. With another key, new rows cannot be joined with old ones.
   *
   * @default - ids are stored as clients send them
   */
  readonly pseudonymKeySecret?: secretsmanager.ISecret;

  /**
   * Texts that make a user agent a robot's if it contains one of them, whatever the case. `is_bot` and `bot_reason`
   * (`own:<text>`) of the events that are processed from then on say so.
   *
   * @default - only the robots that the job knows
   */
  readonly robotUserAgents?: string[];

  /**
   * Publishes Glue's own metrics of the job, which CloudWatch charges for. The metrics of the alarms and the dashboard
   * are not among them.
   *
   * @default false
   */
  readonly glueMetrics?: boolean;

  /**
   * Additional Spark settings that must be known before the session starts.
   *
   * @default - no additional settings
   */
  readonly sparkConf?: { [key: string]: string };

  /**
   * Your own processing of events, as the path of a Python file, or of a package (a folder with `__init__.py`).
   *
   * It defines `transform(events)`, which gets the new events of a batch as a Spark DataFrame, enriched, and returns
   * those to be stored. Events of a batch that it fails on become bad events with the stage `transform`. See
   * docs/processing.md.
   *
   * @default - events are stored as they are
   */
  readonly transform?: string;

  /**
   * Paths of further Python files or packages that `transform` imports.
   *
   * @default - no further files
   */
  readonly extraPythonFiles?: string[];

  /**
   * Columns that the events table has besides its own, by their names of lower-case letters, digits and underscores.
   *
   * @default - no further columns
   */
  readonly columns?: { [name: string]: EventColumn };
}
