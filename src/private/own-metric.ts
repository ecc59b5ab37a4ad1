import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { METRICS_NAMESPACE } from '../contract/generated';

/** A metric that the collector, the job or the keeper publishes: a sum, unless the options name another statistic. */
export function ownMetric(
  metricName: string, dimensionsMap: Record<string, string>, options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE, metricName, dimensionsMap, statistic: cloudwatch.Stats.SUM, ...options,
  });
}
