import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { runbookSection } from './runbook';
import { ICollectorEndpoint } from '../collector/collector-endpoint';
import { IJobKeeper } from '../processing/job-keeper';
import { IStreamingJob } from '../processing/streaming-job';
import { IEventStream } from '../stream/event-stream';

/** The stages that are watched. */
export interface Monitored {
  readonly collector: ICollectorEndpoint;
  readonly eventStream: IEventStream;
  readonly job: IStreamingJob;
  readonly keeper: IJobKeeper;
}

export interface Thresholds {
  readonly iteratorAge?: Duration;
  readonly freshness?: Duration;
  readonly badEventPercentage: number;
}

/** An alarm, whose description says what happened, what to do about it, and which section of the runbook has more. */
export interface AlarmDefinition extends cloudwatch.CreateAlarmOptions {
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly alarmDescription: string;
}

const PERIOD = Duration.minutes(5);
const { MAXIMUM, MINIMUM, SUM } = cloudwatch.Stats;
const {
  GREATER_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD, LESS_THAN_THRESHOLD,
} = cloudwatch.ComparisonOperator;

/** With fewer events in a period their ratio has no meaning. */
const MIN_EVENTS_FOR_RATIO = 100;

const atLeastOne = {
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
};

/** The alarms, in the order of an event's journey. */
export function alarmsOf(monitored: Monitored, thresholds: Thresholds): AlarmDefinition[] {
  return [
    ...collectorAlarms(monitored, thresholds),
    ...streamAlarms(monitored, thresholds),
    ...keeperAlarms(monitored),
    ...successAlarm(monitored),
    ...jobAlarms(monitored, thresholds),
  ].map(alarm => ({ ...alarm, alarmDescription: `${alarm.alarmDescription} ${runbookSection(alarm.id)}` }));
}

function collectorAlarms({ collector }: Monitored, { badEventPercentage }: Thresholds): AlarmDefinition[] {
  return [{
    ...atLeastOne,
    id: 'CollectorErrors',
    metric: collector.collectorFunction.metricErrors({ period: PERIOD }),
    alarmDescription: 'The collector function fails or times out. '
      + "Read the function's log, which names the error and the request.",
  }, {
    ...atLeastOne,
    id: 'CollectorServerErrors',
    metric: collector.edge.serverErrorRate(PERIOD),
    threshold: 0.01,
    evaluationPeriods: 2,
    alarmDescription: 'More than 1 % of the requests get a 5xx response, and clients send them again. '
      + 'Look for throttling of the function or the stream.',
  }, {
    ...atLeastOne,
    id: 'StoreFailures',
    metric: collector.metric('StoreFailures', { period: PERIOD }),
    alarmDescription: 'The collector could not write to the stream and responded with 503. '
      + 'Add shards (stream.capacity) if records are throttled.',
  }, {
    ...atLeastOne,
    id: 'BadEvents',
    metric: new cloudwatch.MathExpression({
      expression: `IF(good + bad >= ${MIN_EVENTS_FOR_RATIO}, 100 * bad / (good + bad), 0)`,
      usingMetrics: { good: collector.metric('AcceptedEvents'), bad: collector.metric('BadEvents') },
      label: 'bad events, %',
      period: PERIOD,
    }),
    threshold: badEventPercentage,
    evaluationPeriods: 3,
    alarmDescription: `More than ${badEventPercentage} % of the events are bad. `
      + 'Run the saved query bad_event_summary to see why.',
  }];
}

function streamAlarms({ eventStream, job }: Monitored, { iteratorAge }: Thresholds): AlarmDefinition[] {
  const { stream, retention } = eventStream;
  const age = stream.metric('GetRecords.IteratorAgeMilliseconds', { period: PERIOD, statistic: MAXIMUM });
  const late = iteratorAge ?? expectedIteratorAge(job);
  const definition = { ...atLeastOne, metric: age, comparisonOperator: GREATER_THAN_THRESHOLD };
  return [{
    ...atLeastOne,
    id: 'ThrottledRecords',
    metric: stream.metric('PutRecords.ThrottledRecords', { period: PERIOD, statistic: SUM }),
    evaluationPeriods: 3,
    alarmDescription: 'The stream refuses records, and the collector sends them again. Add shards (stream.capacity).',
  },
  ...(late ? [{
    ...definition,
    id: 'IteratorAge',
    threshold: late.toMilliseconds(),
    evaluationPeriods: 2,
    alarmDescription: 'The job falls behind, and rows appear late. '
      + "Read the job's log, and add workers (processing.workers) if it is healthy but slow.",
  }] : []),
  ...(retention ? [{
    ...definition,
    id: 'IteratorAgeCritical',
    threshold: retention.toMilliseconds() / 2,
    alarmDescription: "Half of the stream's retention is used up, and events will be lost when it ends. "
      + 'Repair the job or raise stream.retention now.',
  }] : [])];
}

function keeperAlarms({ job, keeper }: Monitored): AlarmDefinition[] {
  return [{
    ...atLeastOne,
    id: 'BreakerOpen',
    metric: job.metric('BreakerOpen', { period: PERIOD, statistic: MAXIMUM }),
    alarmDescription: 'The job ended five times within an hour and is not started again. '
      + "Read the job's log, repair it, then start a run or wait an hour.",
  }, {
    ...atLeastOne,
    id: 'RunFailures',
    metric: job.metric('RunFailures', { period: PERIOD }),
    alarmDescription: 'A run of the job failed, and the next one goes on where it stopped. '
      + "Read the job's log to see why.",
  }, {
    ...atLeastOne,
    id: 'StartsRefused',
    metric: job.metric('StartsRefused', { period: PERIOD }),
    evaluationPeriods: 3,
    alarmDescription: 'Glue refuses to start the job, because of a quota or an account that it does not serve yet. '
      + "Read Glue's message in the keeper's log.",
  }, {
    ...atLeastOne,
    id: 'KeeperErrors',
    metric: keeper.keeperFunction.metricErrors({ period: PERIOD }),
    evaluationPeriods: 2,
    alarmDescription: "The keeper fails, so the job is not restarted. Read the function's log.",
  }];
}

/** The iterator age has no data when nothing reads, so this alarm does not depend on anything that runs. */
function successAlarm({ job }: Monitored): AlarmDefinition[] {
  const { isContinuous, _longestGap: longestGap } = job.schedule;
  const late = isContinuous ? Duration.minutes(30) : longestGap?.plus(Duration.hours(1));
  return late ? [{
    id: 'NotSucceeding',
    metric: job.metric('SecondsSinceSuccess', { period: PERIOD, statistic: MINIMUM }),
    threshold: late.toSeconds(),
    evaluationPeriods: 3,
    comparisonOperator: GREATER_THAN_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    alarmDescription: 'No run has succeeded for too long, or the keeper is silent, and events wait in the stream. '
      + "Read the keeper's log, then the job's.",
  }] : [];
}

function jobAlarms({ job }: Monitored, { freshness }: Thresholds): AlarmDefinition[] {
  const metric = (name: string) => job.metric(name, { period: PERIOD, statistic: MAXIMUM });
  const late = freshness ?? (job.schedule.isContinuous ? Duration.minutes(5) : undefined);
  return [...(job.schedule.isContinuous ? [{
    id: 'NoActiveRun',
    metric: metric('RunActive'),
    threshold: 1,
    evaluationPeriods: 2,
    comparisonOperator: LESS_THAN_THRESHOLD,
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    alarmDescription: 'The job has not run for 10 minutes, and events wait in the stream. '
      + "Read the keeper's log to see why it does not start.",
  }] : []),
  {
    ...atLeastOne,
    id: 'ExpiredShards',
    metric: job.metric('ExpiredShards', { period: PERIOD, statistic: SUM }),
    alarmDescription: 'Records expired in the stream before the job read them. '
      + 'The rows of bad_events with the error code expired_unread say in which shards, and between which times.',
  },
  ...(job.hasTransform ? [{
    ...atLeastOne,
    id: 'TransformFailures',
    metric: job.metric('TransformFailures', { period: PERIOD, statistic: SUM }),
    alarmDescription: 'Your transform fails, and the events of its batches become bad events. '
      + 'Run the saved query bad_event_summary to see why, and deploy a transform that works.',
  }] : []),
  ...(late ? [{
    ...atLeastOne,
    id: 'Freshness',
    metric: metric('Freshness'),
    threshold: late.toMilliseconds(),
    evaluationPeriods: 2,
    comparisonOperator: GREATER_THAN_THRESHOLD,
    alarmDescription: 'Events take too long from the collector to their row. '
      + 'Compare batch time and iterator age on the dashboard.',
  }] : [])];
}

/** Between two scheduled runs, records wait for the interval and for the time that a run takes. */
function expectedIteratorAge({ schedule }: IStreamingJob): Duration | undefined {
  if (schedule.isContinuous) return Duration.minutes(5);
  return schedule.interval?.plus(Duration.hours(1));
}
