import { aws_events as events, Duration } from 'aws-cdk-lib';
import { cronStartsPerDay, longestCronGap } from './cron-gap';
import { requireDurationBetween } from '../private/validate';

/**
 * Time limit of a continuous run, which is planned to end after 144 hours. Glue's own limit must stay below 10,080
 * minutes.
 */
const LONGEST_RUN = Duration.minutes(10_000);

/** A drain of a backlog may take so long even if the next one is due. */
const SHORTEST_DRAIN_LIMIT = Duration.hours(1);

/** Time limit of a drain whose interval is known only at deployment. */
const DEFAULT_DRAIN_LIMIT = Duration.days(1);

/** When the job runs. */
export class ProcessingSchedule {
  /**
   * The job always runs, so that rows appear within seconds.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { schedule: ProcessingSchedule.continuous() },
   * });
   */
  public static continuous(): ProcessingSchedule {
    return new ProcessingSchedule();
  }

  /**
   * The job starts at an interval, processes the records in the stream and ends. It costs less, and rows appear later.
   *
   * @param interval Time between two starts, 5 minutes to 7 days. The stream must keep events for twice this time and
   * an hour.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { schedule: ProcessingSchedule.every(Duration.minutes(15)) },
   * });
   */
  public static every(interval: Duration): ProcessingSchedule {
    requireDurationBetween('processing.schedule: interval', interval, Duration.minutes(5), Duration.days(7));
    const known = interval.isUnresolved() ? undefined : interval;
    const startsPerDay = known && Duration.days(1).toSeconds() / known.toSeconds();
    return new ProcessingSchedule(events.Schedule.rate(interval), interval, known, startsPerDay);
  }

  /**
   * The job starts at set times (UTC), processes the records in the stream and ends.
   *
   * @param times Fields of a cron expression, without a year. The stream must keep events for twice the longest gap
   * between two starts and an hour.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { schedule: ProcessingSchedule.cron({ minute: '0', hour: '6,18' }) },
   * });
   */
  public static cron(times: events.CronOptions): ProcessingSchedule {
    const longestGap = longestCronGap(times);
    return new ProcessingSchedule(events.Schedule.cron(times), undefined, longestGap, cronStartsPerDay(times));
  }

  /** Whether the job always runs. */
  public readonly isContinuous: boolean;
  /** Time between two starts, if it is constant. */
  public readonly interval?: Duration;
  /** @internal */
  public readonly _starts?: events.Schedule;
  /**
   * Longest time between two starts; undefined for a continuous job, or when it is known only at deployment.
   *
   * @internal
   */
  public readonly _longestGap?: Duration;
  /**
   * Average number of starts in a day; undefined for a continuous job, or when it is known only at deployment.
   *
   * @internal
   */
  public readonly _startsPerDay?: number;

  private constructor(starts?: events.Schedule, interval?: Duration, longestGap?: Duration, startsPerDay?: number) {
    this.isContinuous = starts === undefined;
    this.interval = interval;
    this._starts = starts;
    this._longestGap = longestGap;
    this._startsPerDay = startsPerDay;
  }

  /**
   * Time limit of a run. A drain that hangs ends before the next one but one is due.
   *
   * @internal
   */
  public get _runTimeout(): Duration {
    if (this.isContinuous) return LONGEST_RUN;
    const minutes = (this._longestGap ?? DEFAULT_DRAIN_LIMIT).toMinutes({ integral: false });
    const atLeast = Math.max(SHORTEST_DRAIN_LIMIT.toMinutes(), Math.ceil(minutes));
    return Duration.minutes(Math.min(LONGEST_RUN.toMinutes(), atLeast));
  }
}
