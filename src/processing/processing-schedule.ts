import { aws_events as events, Duration } from 'aws-cdk-lib';
import { requireDurationBetween } from '../private/validate';

/** When the job runs. */
export class ProcessingSchedule {
  /** Always: rows appear within seconds. */
  public static continuous(): ProcessingSchedule {
    return new ProcessingSchedule();
  }

  /**
   * Every so often: the job starts, processes what is in the stream and ends. Costs less, rows appear later.
   *
   * @param interval time between two starts, 5 minutes to 7 days; the stream must keep events for twice as long and an hour
   */
  public static every(interval: Duration): ProcessingSchedule {
    requireDurationBetween('processing.schedule: interval', interval, Duration.minutes(5), Duration.days(7));
    return new ProcessingSchedule(events.Schedule.rate(interval), interval);
  }

  /**
   * At set times (UTC): the job starts, processes what is in the stream and ends. The stream must keep events for twice the longest
   * gap and an hour.
   *
   * @param times fields of a cron expression
   */
  public static cron(times: events.CronOptions): ProcessingSchedule {
    return new ProcessingSchedule(events.Schedule.cron(times));
  }

  /** Whether the job always runs. */
  public readonly isContinuous: boolean;
  /** Time between two starts, when it is constant. */
  public readonly interval?: Duration;
  /** @internal */
  public readonly _starts?: events.Schedule;

  private constructor(starts?: events.Schedule, interval?: Duration) {
    this.isContinuous = starts === undefined;
    this.interval = interval;
    this._starts = starts;
  }
}
