import { aws_cloudwatch as cloudwatch, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Monitored } from './alarms';

const { SUM, MAXIMUM, percentile } = cloudwatch.Stats;

/** The alarms, then a row of graphs for each stage of an event's journey. */
export function createDashboard(
  scope: Construct, id: string, alarms: cloudwatch.IAlarm[], monitored: Monitored,
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, id, {
    defaultInterval: Duration.hours(6),
    widgets: [
      [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
      collectorGraphs(monitored),
      streamGraphs(monitored),
      jobGraphs(monitored),
      keeperGraphs(monitored),
    ],
  });
  dashboard.applyRemovalPolicy(RemovalPolicy.DESTROY);
  return dashboard;
}

function graph(title: string, ...left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 8 });
}

function collectorGraphs({ collector }: Monitored): cloudwatch.GraphWidget[] {
  const { clientErrors, serverErrors } = collector.edge;
  return [
    graph('Requests', collector.metric('Requests'), clientErrors, serverErrors),
    graph('Events at the collector', collector.metric('AcceptedEvents'), collector.metric('BadEvents')),
    graph('Collector latency, p95 (ms)', collector.metric('Latency', { statistic: percentile(95) })),
  ];
}

function streamGraphs({ eventStream: { stream } }: Monitored): cloudwatch.GraphWidget[] {
  const metric = (name: string, statistic: string) => stream.metric(name, { statistic });
  return [
    graph('Stream: age of the record being read (ms)', metric('GetRecords.IteratorAgeMilliseconds', MAXIMUM)),
    graph('Stream: throttled records', metric('PutRecords.ThrottledRecords', SUM)),
    graph('Stream: bytes in', metric('IncomingBytes', SUM)),
  ];
}

function jobGraphs({ job }: Monitored): cloudwatch.GraphWidget[] {
  return [
    graph('From collector to row (ms)', job.metric('Freshness', { statistic: MAXIMUM })),
    graph('Time of a batch (ms)', job.metric('BatchDuration', { statistic: MAXIMUM })),
    graph('Rows', job.metric('Events'), job.metric('BadEvents'), job.metric('DuplicateEvents')),
  ];
}

function keeperGraphs({ job }: Monitored): cloudwatch.GraphWidget[] {
  return [
    graph('Run of the job', job.metric('RunActive', { statistic: MAXIMUM })),
    graph('Starts and failures', job.metric('RunStarts'), job.metric('RunFailures'), job.metric('StartsRefused')),
  ];
}
