import { Duration } from 'aws-cdk-lib';
import { ProcessingSchedule } from './processing-schedule';
import { InvalidPropertyError, requireBetween, requireDurationBetween, requireMatch } from '../private/validate';

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

/** Where the first run begins to read. */
export enum StartPosition {
  /** The oldest record the stream still has. */
  TRIM_HORIZON = 'trim_horizon',
  /** What arrives after the job's first start. */
  LATEST = 'latest',
}

/** Options of the streaming job. */
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
   * Number of workers, 2 to 100; one of them is the driver.
   *
   * @default 2
   */
  readonly workers?: number;

  /**
   * Runs on spare capacity at a lower price and with a later start. For scheduled runs on G_1X or G_2X.
   *
   * @default false
   */
  readonly flexExecution?: boolean;

  /**
   * Time between two micro-batches.
   *
   * @default Duration.seconds(10)
   */
  readonly triggerInterval?: Duration;

  /**
   * How long an event id is remembered: a copy that arrives within it is dropped.
   *
   * @default - the stream's retention, at least 24 hours
   */
  readonly dedupWindow?: Duration;

  /**
   * Where the first run begins to read.
   *
   * @default StartPosition.TRIM_HORIZON
   */
  readonly startPosition?: StartPosition;

  /**
   * Stops the job with a message when the stream has dropped records before they were read; false goes on without them.
   *
   * @default true
   */
  readonly failOnDataLoss?: boolean;

  /**
   * More Spark settings, of those that must be known before the session starts.
   *
   * @default - none
   */
  readonly sparkConf?: { [key: string]: string };
}

/**
 * @param streamRetention how long the stream keeps events, if known
 *
 * @internal
 */
export function validateProcessing(props: ProcessingOptions, schedule: ProcessingSchedule, streamRetention?: Duration): void {
  requireBetween('processing.workers', props.workers, 2, 100);
  requireDurationBetween('processing.triggerInterval', props.triggerInterval, Duration.seconds(1), Duration.minutes(15));
  requireDurationBetween('processing.dedupWindow', props.dedupWindow, Duration.hours(1), Duration.days(30));
  for (const setting of Object.keys(props.sparkConf ?? {})) {
    requireMatch('processing.sparkConf', setting, /^spark\.\S+$/, 'a map of Spark settings, whose names begin with spark.');
  }
  if (props.flexExecution && schedule.isContinuous) {
    throw new InvalidPropertyError('processing.flexExecution needs a schedule: spare capacity may be taken away, so a continuous job cannot use it');
  }
  if (props.flexExecution && ![undefined, WorkerType.G_1X, WorkerType.G_2X].includes(props.workerType)) {
    throw new InvalidPropertyError(`processing.flexExecution needs workerType G_1X or G_2X, got ${props.workerType}`);
  }
  if (schedule.interval && streamRetention) {
    // Room for one failed run and for the time a run takes.
    const needed = schedule.interval.plus(schedule.interval).plus(Duration.hours(1));
    if (streamRetention.toMilliseconds() < needed.toMilliseconds()) {
      throw new InvalidPropertyError(`stream.retention must be at least ${needed.toHumanString()} (twice the interval of processing.schedule and an hour), `
        + `got ${streamRetention.toHumanString()}`);
    }
  }
}
