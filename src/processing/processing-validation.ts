import { Duration } from 'aws-cdk-lib';
import { ProcessingOptions, WorkerType } from './processing-options';
import { ProcessingSchedule } from './processing-schedule';
import { InvalidPropertyError, requireBetween, requireDurationBetween, requireMatch } from '../private/validate';

/** Glue's spare capacity has no larger workers. */
const FLEX_WORKERS = [WorkerType.G_1X, WorkerType.G_2X];

/** Shorter texts stand in most user agents. */
const ROBOT_TEXT = /^\S(?:[^\n]{1,198})\S$/;
const MAX_ROBOT_TEXTS = 100;

/**
 * @param streamRetention how long the stream keeps events, if known
 * @throws InvalidPropertyError that names the property, its value, and what it must be
 */
export function validateProcessing(
  options: ProcessingOptions, schedule: ProcessingSchedule, streamRetention?: Duration,
): void {
  const { workers, triggerInterval, dedupWindow, sparkConf, flexExecution, workerType, robotUserAgents } = options;
  const { transform, extraPythonFiles = [] } = options;
  requireBetween('processing.workers', workers, 2, 100);
  requireDurationBetween('processing.triggerInterval', triggerInterval, Duration.seconds(1), Duration.minutes(15));
  requireDurationBetween('processing.dedupWindow', dedupWindow, Duration.hours(1), Duration.days(30));
  for (const setting of Object.keys(sparkConf ?? {})) {
    requireMatch('processing.sparkConf', setting, /^spark\.\S+$/,
      'a map of Spark settings, whose names begin with spark.');
  }
  requireBetween('the number of processing.robotUserAgents', robotUserAgents?.length, 0, MAX_ROBOT_TEXTS);
  for (const text of robotUserAgents ?? []) {
    requireMatch('processing.robotUserAgents', text, ROBOT_TEXT,
      'texts of 3 to 200 characters without blanks around them, like acme-monitor');
  }
  if (extraPythonFiles.length > 0 && transform === undefined) {
    throw new InvalidPropertyError(
      'processing.extraPythonFiles are modules for processing.transform to import, which is not set: set it, or leave '
      + 'them out');
  }
  if (flexExecution) validateFlexExecution(workerType, schedule);
  if (streamRetention && !streamRetention.isUnresolved()) requireOutlasting(streamRetention, schedule);
}

function validateFlexExecution(workerType: WorkerType | undefined, schedule: ProcessingSchedule): void {
  if (schedule.isContinuous) {
    throw new InvalidPropertyError('processing.flexExecution needs a processing.schedule of every() or '
      + 'cron(), got continuous(): spare capacity may be taken away at any time');
  }
  if (workerType && !FLEX_WORKERS.includes(workerType)) {
    throw new InvalidPropertyError(`processing.flexExecution needs workerType G_1X or G_2X, got ${workerType}`);
  }
}

/** Leaves room for one failed run and for the time a run takes. */
function requireOutlasting(streamRetention: Duration, { interval, _longestGap: gap }: ProcessingSchedule): void {
  if (!gap) return;
  const needed = gap.plus(gap).plus(Duration.hours(1));
  if (streamRetention.toMilliseconds() >= needed.toMilliseconds()) return;
  throw new InvalidPropertyError(`stream.retention must be at least ${needed.toHumanString()} `
    + `(twice the ${interval ? 'interval' : 'longest gap'} of processing.schedule and an hour), `
    + `got ${streamRetention.toHumanString()}`);
}
