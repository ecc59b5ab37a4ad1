import { aws_cloudwatch as cloudwatch, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { METRICS_NAMESPACE } from '../contract/generated';

/** A metric that the collector, the job or the keeper publishes: a sum, unless the options name another statistic. */
export function ownMetric(
  metricName: string, dimensionsMap: Record<string, string>, options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE, metricName, dimensionsMap, statistic: cloudwatch.Stats.SUM, ...options,
  });
}

/** Lets a handler see whether the stream got records. */
export function readMetricsStatement(scope: IConstruct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ReadMetrics',
    actions: ['cloudwatch:GetMetricStatistics'],
    resources: ['*'], // has no resource-level support
    conditions: { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } },
  });
}
