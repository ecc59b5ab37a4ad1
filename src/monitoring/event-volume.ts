import { aws_cloudwatch as cloudwatch, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { runbookSection } from './runbook';
import { ICollectorEndpoint } from '../collector/collector-endpoint';
import { requireNumberBetween } from '../private/validate';

/**
 * Sources whose number of events is compared with what is usual for them at this time of day and week.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   collector: { writeKeys: { web: { keys: ['web-key'] }, server: { keys: ['server-key'] } } },
 *   monitoring: { eventVolumeAnomaly: { sources: ['web'] } },
 * });
 */
export interface EventVolumeAnomaly {
  /**
   * Ids of one to 20 sources, as `collector.writeKeys` or `collector.writeKeysSecret` has them. Each costs 0.60 USD a
   * month, for a metric and an alarm. An hour without events is an anomaly, so name sources that send day and night.
   */
  readonly sources: string[];

  /**
   * Width of the expected range in standard deviations, 1 to 10. A wider one tolerates more.
   *
   * @default 3
   */
  readonly standardDeviations?: number;
}

/** The alarm's one section of the runbook, whatever the source. */
export const EVENT_VOLUME = 'EventVolume';

/** Long enough to smooth bursts. Four of them make the hour after which the alarm goes off. */
const PERIOD = Duration.minutes(15);
const PERIODS = 4;

/** Creates a model and an alarm for each source. */
export function createEventVolumeAlarms(
  scope: Construct, collector: ICollectorEndpoint, { sources, standardDeviations = 3 }: EventVolumeAnomaly,
): cloudwatch.Alarm[] {
  requireNumberBetween('monitoring.eventVolumeAnomaly.standardDeviations', standardDeviations, 1, 10);
  return sources.map(source => {
    const metric = collector.metricEventsOf(source, { period: PERIOD });
    const alarm = new cloudwatch.AnomalyDetectionAlarm(scope, `${EVENT_VOLUME}-${source}`, {
      metric,
      stdDevs: standardDeviations,
      evaluationPeriods: PERIODS,
      // A source that is silent has no data, which is the anomaly that matters most.
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription: `The source ${source} has sent unusually many or few events for an hour, or none. `
        + 'Find out what has changed at it: a release, a campaign, consent, a lost key. '
        + runbookSection(EVENT_VOLUME),
    });
    alarm.node.addDependency(createModel(scope, `${EVENT_VOLUME}Model-${source}`, metric));
    return alarm;
  });
}

/** CloudWatch would create it with the alarm, but then it would stay when the stack is deleted. */
function createModel(scope: Construct, id: string, metric: cloudwatch.Metric): cloudwatch.CfnAnomalyDetector {
  const { namespace, metricName, statistic, dimensions = {} } = metric;
  const model = new cloudwatch.CfnAnomalyDetector(scope, id, {
    singleMetricAnomalyDetector: {
      namespace,
      metricName,
      stat: statistic,
      dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value: value as string })),
    },
  });
  model.applyRemovalPolicy(RemovalPolicy.DESTROY);
  return model;
}
