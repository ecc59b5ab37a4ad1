import { aws_cloudwatch as cloudwatch, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmsOf, Monitored } from './alarms';
import { CollectorEndpoint } from '../collector/collector-endpoint';
import { requireBetween } from '../private/validate';
import { JobKeeper } from '../processing/job-keeper';
import { StreamingJob } from '../processing/streaming-job';
import { EventStream } from '../stream/event-stream';

/** Options of alarms and dashboard. */
export interface MonitoringOptions {
  /**
   * What happens when an alarm goes off.
   *
   * @default - alarms only change their state
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Creates a dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * How old the record being read may be.
   *
   * @default - 5 minutes; for runs at an interval, the interval and an hour; for other schedules there is no such alarm
   */
  readonly iteratorAgeThreshold?: Duration;

  /**
   * How long an event may take from the collector to its row.
   *
   * @default - 5 minutes; for scheduled runs there is no such alarm
   */
  readonly freshnessThreshold?: Duration;

  /**
   * How many of a hundred events may be bad.
   *
   * @default 5
   */
  readonly badEventPercentage?: number;
}

/** Properties of LakehouseMonitoring. */
export interface LakehouseMonitoringProps extends MonitoringOptions {
  /** The collector. */
  readonly collector: CollectorEndpoint;
  /** The stream. */
  readonly eventStream: EventStream;
  /** The job. */
  readonly job: StreamingJob;
  /** The job's keeper. */
  readonly keeper: JobKeeper;
}

/** Alarms and dashboard. */
export class LakehouseMonitoring extends Construct {
  /** The alarms; each one's description says what to do. */
  public readonly alarms: cloudwatch.Alarm[];
  /** The dashboard. */
  public readonly dashboard?: cloudwatch.Dashboard;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see LakehouseMonitoringProps
   */
  constructor(scope: Construct, id: string, props: LakehouseMonitoringProps) {
    super(scope, id);
    requireBetween('monitoring.badEventPercentage', props.badEventPercentage, 1, 100);
    this.alarms = alarmsOf(props, {
      iteratorAge: props.iteratorAgeThreshold,
      freshness: props.freshnessThreshold,
      badEventPercentage: props.badEventPercentage ?? 5,
    }).map(({ id: alarmId, metric, ...options }) => new cloudwatch.Alarm(this, alarmId, { metric, ...options }));
    this.alarms.forEach(alarm => alarm.applyRemovalPolicy(RemovalPolicy.DESTROY));
    props.alarmActions?.forEach(action => this.addAlarmAction(action));
    if (props.dashboard ?? true) this.dashboard = this.createDashboard(props);
  }

  /**
   * Adds an action to every alarm.
   *
   * @param action what happens when an alarm goes off
   */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.alarms.forEach(alarm => alarm.addAlarmAction(action));
  }

  private createDashboard({ collector, eventStream: { stream }, job }: Monitored): cloudwatch.Dashboard {
    const graph = (title: string, ...left: cloudwatch.IMetric[]) => new cloudwatch.GraphWidget({ title, left, width: 8 });
    const p95 = { statistic: cloudwatch.Stats.percentile(95) };
    const maximum = { statistic: cloudwatch.Stats.MAXIMUM };
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(6),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: this.alarms, width: 24, height: 3 })],
        [
          graph('Requests', collector.metric('Requests'), collector.api.metricClientError(), collector.api.metricServerError()),
          graph('Events at the collector', collector.metric('AcceptedEvents'), collector.metric('BadEvents')),
          graph('Collector latency, p95 (ms)', collector.metric('Latency', p95)),
        ],
        [
          graph('Stream: age of the record being read (ms)', stream.metric('GetRecords.IteratorAgeMilliseconds', maximum)),
          graph('Stream: throttled records', stream.metric('PutRecords.ThrottledRecords', { statistic: cloudwatch.Stats.SUM })),
          graph('Stream: bytes in', stream.metric('IncomingBytes', { statistic: cloudwatch.Stats.SUM })),
        ],
        [
          graph('From collector to row (ms)', job.metric('Freshness', maximum)),
          graph('Time of a batch (ms)', job.metric('BatchDuration', maximum)),
          graph('Rows', job.metric('Events'), job.metric('BadEvents'), job.metric('DuplicateEvents')),
        ],
        [
          graph('Run of the job', job.metric('RunActive', maximum)),
          graph('Starts and failures', job.metric('RunStarts'), job.metric('RunFailures'), job.metric('StartsRefused')),
        ],
      ],
    });
    dashboard.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return dashboard;
  }
}
