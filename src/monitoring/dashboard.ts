import { aws_cloudwatch as cloudwatch, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Monitored } from './alarms';
import { runbookSection } from './runbook';
import { METRICS_NAMESPACE } from '../contract/generated';

const { SUM, MAXIMUM, percentile } = cloudwatch.Stats;

/** Columns of a dashboard. */
const WIDTH = 24;
const LATEST = { height: 6, width: 4 };

export interface DashboardProps extends Monitored {
  readonly alarms: cloudwatch.IAlarm[];
  /** Headings of the runbook's sections on these alarms. */
  readonly sections: string[];
  /** Sources whose events are counted by themselves. */
  readonly measuredSources?: string[];
}

/** Whether all is well, then a row of graphs for each stage of an event's journey. */
export function createDashboard(scope: Construct, id: string, props: DashboardProps): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, id, {
    defaultInterval: Duration.hours(6),
    widgets: [
      overview(props),
      [runbookLinks(props)],
      collectorGraphs(props),
      sourceGraphs(props),
      streamGraphs(props),
      jobGraphs(props),
      keeperGraphs(props),
    ],
  });
  dashboard.applyRemovalPolicy(RemovalPolicy.DESTROY);
  return dashboard;
}

function graph(title: string, ...left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: WIDTH / 3 });
}

function latest(title: string, ...metrics: cloudwatch.IMetric[]): cloudwatch.SingleValueWidget {
  return new cloudwatch.SingleValueWidget({ title, metrics, ...LATEST });
}

function overview({ alarms, collector, job }: DashboardProps): cloudwatch.IWidget[] {
  const width = WIDTH - 3 * LATEST.width;
  return [
    new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width, height: LATEST.height }),
    latest('Events at the collector now', collector.metric('AcceptedEvents'), collector.metric('BadEvents')),
    latest('From collector to row now (ms)', job.metric('Freshness', { statistic: MAXIMUM })),
    latest('Job now', job.metric('RunActive', { statistic: MAXIMUM }),
      job.metric('SecondsSinceSuccess', { statistic: MAXIMUM })),
  ];
}

function runbookLinks({ sections }: DashboardProps): cloudwatch.TextWidget {
  const links = sections.map(section => `[${section}](${runbookSection(section)})`);
  return new cloudwatch.TextWidget({
    markdown: `What an alarm means and what to do: ${links.join(' · ')}\n\n`
      + `[How to read this dashboard](${runbookSection('The dashboard')})`,
    width: WIDTH,
    height: 3,
    background: cloudwatch.TextWidgetBackground.TRANSPARENT, // versions of CDK differ in the default
  });
}

function collectorGraphs({ collector }: Monitored): cloudwatch.IWidget[] {
  const { clientErrors, serverErrors } = collector.edge;
  return [
    graph('Requests', collector.metric('Requests'), clientErrors, serverErrors),
    graph('Events at the collector', collector.metric('AcceptedEvents'), collector.metric('BadEvents')),
    graph('Collector latency, p95 (ms)', collector.metric('Latency', { statistic: percentile(95) })),
  ];
}

/** Empty where nothing is known of single sources. */
function sourceGraphs({ collector, measuredSources = [] }: DashboardProps): cloudwatch.IWidget[] {
  const events = measuredSources.map(source => collector.metricEventsOf(source, { label: source }));
  return [
    ...(events.length > 0 ? [graph('Events of single sources', ...events)] : []),
    ...(collector.limitsSources ? [graph('Requests above the limit of a source', limitedRequests(collector))] : []),
  ];
}

/** A search, as only the secret may know the sources. */
function limitedRequests({ collectorFunction }: Monitored['collector']): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: `SEARCH('{${METRICS_NAMESPACE},FunctionName,Source} MetricName="RateLimitedRequests" `
      + `FunctionName="${collectorFunction.functionName}"', 'Sum')`,
    label: '',
  });
}

function streamGraphs({ collector, eventStream: { stream } }: Monitored): cloudwatch.IWidget[] {
  const metric = (name: string, statistic: string) => stream.metric(name, { statistic });
  return [
    graph('Stream: bytes in', metric('IncomingBytes', SUM)),
    graph('Stream: throttled records, and requests that were not stored',
      metric('PutRecords.ThrottledRecords', SUM), collector.metric('StoreFailures')),
    graph('Stream: age of the record being read (ms)', metric('GetRecords.IteratorAgeMilliseconds', MAXIMUM)),
  ];
}

function jobGraphs({ job }: Monitored): cloudwatch.IWidget[] {
  return [
    graph('Rows', job.metric('Events'), job.metric('BadEvents'), job.metric('DuplicateEvents')),
    graph('Time of a batch (ms)', job.metric('BatchDuration', { statistic: MAXIMUM })),
    graph('From collector to row (ms)', job.metric('Freshness', { statistic: MAXIMUM })),
  ];
}

function keeperGraphs({ job }: Monitored): cloudwatch.IWidget[] {
  return [
    graph('Run of the job', job.metric('RunActive', { statistic: MAXIMUM }),
      job.metric('BreakerOpen', { statistic: MAXIMUM })),
    graph('Starts and failures', job.metric('RunStarts'), job.metric('RunFailures'), job.metric('StartsRefused')),
    graph('Seconds since the last success', job.metric('SecondsSinceSuccess', { statistic: MAXIMUM })),
  ];
}
