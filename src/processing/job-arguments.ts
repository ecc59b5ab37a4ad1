import { SPARK_SETTINGS } from '../contract/generated';
import { EventColumn } from '../storage/event-column';

/** Arguments that the job's own code reads, explained in glue-assets/clickstream_lakehouse/config.py. */
export interface JobArguments {
  readonly region: string;
  readonly streamName: string;
  readonly rawUri: string;
  readonly eventsUri: string;
  readonly badEventsUri: string;
  readonly checkpointUri: string;
  readonly mode: 'continuous' | 'drain';
  readonly triggerSeconds: number;
  readonly dedupWindowHours: number;
  readonly startPosition: 'trim_horizon' | 'latest';
  readonly metricsNamespace: string;
  readonly failOnDataLoss: boolean;
  readonly geoDatabaseUris: string[];
  readonly pseudonymKeyArn?: string;
  readonly robotUserAgents: readonly string[];
  /** Name of the user's module. */
  readonly transform?: string;
  readonly columns?: { [name: string]: EventColumn };
}

/** Arguments of the job's own code. */
export function jobArguments(job: JobArguments): Record<string, string> {
  const columns = Object.fromEntries(
    Object.entries(job.columns ?? {}).map(([name, { _argument: argument }]) => [name, argument]));
  return {
    '--region': job.region,
    '--stream_name': job.streamName,
    '--raw_path': job.rawUri,
    '--events_path': job.eventsUri,
    '--bad_events_path': job.badEventsUri,
    '--checkpoint_path': job.checkpointUri,
    '--mode': job.mode,
    '--trigger_seconds': String(job.triggerSeconds),
    '--dedup_window_hours': String(job.dedupWindowHours),
    '--start_position': job.startPosition,
    '--metrics_namespace': job.metricsNamespace,
    '--fail_on_data_loss': String(job.failOnDataLoss),
    ...(job.geoDatabaseUris.length > 0 && { '--geo_databases': job.geoDatabaseUris.join(',') }),
    ...(job.pseudonymKeyArn && { '--pseudonym_key_arn': job.pseudonymKeyArn }),
    ...(job.robotUserAgents.length > 0 && { '--robot_user_agents': JSON.stringify(job.robotUserAgents) }),
    ...(job.transform !== undefined && { '--transform': job.transform }),
    ...(Object.keys(columns).length > 0 && { '--columns': JSON.stringify(columns) }),
  };
}

/** Settings that must be there when the Spark session starts; the job sets the others itself. */
export function sparkConf(region: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    ...SPARK_SETTINGS,
    // S3A guesses the region from the endpoint, which fails behind a VPC endpoint.
    'spark.hadoop.fs.s3a.endpoint.region': region,
    ...extra,
  };
}

/** Glue accepts one `--conf` argument; more are chained inside its value. */
export function chainConf(conf: Record<string, string>): string {
  return Object.entries(conf).map(([key, value]) => `${key}=${value}`).join(' --conf ');
}

/**
 * Arguments that Glue itself reads.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
 */
export function glueArguments(
  packageUris: string[], conf: Record<string, string>, logGroupPrefix: string, metrics = false,
): Record<string, string> {
  return {
    '--job-language': 'python',
    '--job-bookmark-option': 'job-bookmark-disable',
    '--datalake-formats': 'delta',
    '--extra-py-files': packageUris.join(','),
    '--conf': chainConf(conf),
    '--custom-logGroup-prefix': logGroupPrefix,
    ...(metrics && { '--enable-metrics': 'true', '--enable-observability-metrics': 'true' }),
  };
}

/** Glue 5 and later write to `<prefix>/output` (what the job prints) and `<prefix>/error` (Spark's log). */
export const LOG_GROUP_SUFFIXES = ['output', 'error'] as const;
