import {
  aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_sns as sns, Duration, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmsOf, Monitored } from './alarms';
import { createBudget } from './budget';
import { createDashboard } from './dashboard';
import { createEventVolumeAlarms, EVENT_VOLUME, EventVolumeAnomaly } from './event-volume';
import { allowPublishing } from './topic-access';
import { requireBetween } from '../private/validate';

/**
 * Options of the alarms, the dashboard and the budget.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   monitoring: {
 *     alarmTopics: [topic],
 *     freshnessThreshold: Duration.minutes(10),
 *     badEventPercentage: 2,
 *     monthlyBudget: 200,
 *   },
 * });
 */
export interface MonitoringOptions {
  /**
   * Topics that every alarm publishes to. CloudWatch is allowed to, which a topic with `enforceSSL` does not do by
   * itself, and to use the topic's key. A topic with the key `alias/aws/sns` is refused, as CloudWatch cannot use it.
   * An imported topic must allow CloudWatch already.
   *
   * @default - no topic
   */
  readonly alarmTopics?: sns.ITopic[];

  /**
   * Other actions of every alarm. What an action needs, such as the right to publish to its topic, is not added.
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
   * Age of the record being read above which an alarm goes off.
   *
   * @default - 5 minutes for a continuous job, the interval and an hour for a job with one, otherwise no such alarm
   */
  readonly iteratorAgeThreshold?: Duration;

  /**
   * Time from the collector to the row above which an alarm goes off.
   *
   * @default - 5 minutes for a continuous job, otherwise no such alarm
   */
  readonly freshnessThreshold?: Duration;

  /**
   * Percentage of bad events above which an alarm goes off.
   *
   * @default 5
   */
  readonly badEventPercentage?: number;

  /**
   * Alarms of single sources that send unusually many or few events.
   *
   * @default - no such alarm
   */
  readonly eventVolumeAnomaly?: EventVolumeAnomaly;

  /**
   * Lets X-Ray trace calls of the collector function and the keeper: the first of each second, and 5 % of the others.
   * Traces have times, cold starts and failures. They have nothing of a visitor's request, so the API itself, whose
   * traces would, is not traced. X-Ray bills them at 5 USD a million.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * Budget of the stack in USD a month. The first of `alarmTopics` and `budgetEmails` hear when the cost exceeds it,
   * and when AWS forecasts that it will.
   *
   * It counts the resources with the stack's tag `aws:cloudformation:stack-name`, which must be activated as a cost
   * allocation tag in the account that pays. Some costs, such as those of custom metrics, have no tag. See
   * docs/cost.md.
   *
   * @default - no budget
   */
  readonly monthlyBudget?: number;

  /**
   * At most 10 addresses that hear of the budget.
   *
   * @default - only the first of `alarmTopics`
   */
  readonly budgetEmails?: string[];
}

export interface LakehouseMonitoringProps extends MonitoringOptions, Monitored {}

/** Creates the alarms, the dashboard and the budget. */
export class LakehouseMonitoring extends Construct {
  public readonly alarms: cloudwatch.Alarm[];
  /** Undefined when it is switched off. */
  public readonly dashboard?: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: LakehouseMonitoringProps) {
    super(scope, id);
    requireBetween('monitoring.badEventPercentage', props.badEventPercentage, 1, 100);
    const definitions = alarmsOf(props, {
      iteratorAge: props.iteratorAgeThreshold,
      freshness: props.freshnessThreshold,
      badEventPercentage: props.badEventPercentage ?? 5,
    });
    const { collector, eventVolumeAnomaly } = props;
    this.alarms = [
      ...definitions.map(({ id: alarmId, ...options }) => new cloudwatch.Alarm(this, alarmId, options)),
      ...(eventVolumeAnomaly ? createEventVolumeAlarms(this, collector, eventVolumeAnomaly) : []),
    ];
    this.alarms.forEach(alarm => alarm.applyRemovalPolicy(RemovalPolicy.DESTROY));
    props.alarmTopics?.forEach(topic => this.addAlarmTopic(topic));
    props.alarmActions?.forEach(action => this.addAlarmAction(action));
    if (props.dashboard ?? true) {
      this.dashboard = createDashboard(this, 'Dashboard', {
        ...props,
        alarms: this.alarms,
        sections: [...definitions.map(definition => definition.id), ...(eventVolumeAnomaly ? [EVENT_VOLUME] : [])],
        measuredSources: eventVolumeAnomaly?.sources,
      });
    }
    createBudget(this, 'Budget', props);
  }

  private addAlarmTopic(topic: sns.ITopic): void {
    allowPublishing(this, topic, { sid: 'CloudWatchAlarms', service: 'cloudwatch.amazonaws.com' });
    this.addAlarmAction(new actions.SnsAction(topic));
  }

  /** Adds an action to every alarm. */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.alarms.forEach(alarm => alarm.addAlarmAction(action));
  }
}
