import { aws_events as events, Duration } from 'aws-cdk-lib';
import { requireDurationBetween } from '../private/validate';

/** When the job runs. */
export class ProcessingSchedule {
  /** The job always runs, so that rows appear within seconds. */
  public static continuous(): ProcessingSchedule {
    return new ProcessingSchedule();
  }

  /**
   * The job starts at an interval, processes the records in the stream and ends. It costs less, and rows appear later.
   *
   * @param interval Time between two starts, 5 minutes to 7 days. The stream must keep events for twice this time and
   * an hour.
   */
  public static every(interval: Duration): ProcessingSchedule {
    requireDurationBetween('processing.schedule: interval', interval, Duration.minutes(5), Duration.days(7));
    return new ProcessingSchedule(events.Schedule.rate(interval), interval);
  }

  /**
   * The job starts at set times (UTC), processes the records in the stream and ends. The stream must keep events for
   * twice the longest gap and an hour.
   *
   * @param times Fields of a cron expression
   */
  public static cron(times: events.CronOptions): ProcessingSchedule {
    return new ProcessingSchedule(events.Schedule.cron(times));
  }

  /** Whether the job always runs. */
  public readonly isContinuous: boolean;
  /** Time between two starts, if it is constant. */
  public readonly interval?: Duration;
  /** @internal */
  public readonly _starts?: events.Schedule;

  private constructor(starts?: events.Schedule, interval?: Duration) {
    this.isContinuous = starts === undefined;
    this.interval = interval;
    this._starts = starts;
  }
}
