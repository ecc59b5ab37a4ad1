import {
  aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_iam as iam, aws_sns as sns, Duration,
  RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmsOf, Monitored } from './alarms';
import { createDashboard } from './dashboard';
import { requireBetween } from '../private/validate';

/** Options of the alarms and the dashboard. */
export interface MonitoringOptions {
  /**
   * Topics that every alarm publishes to. CloudWatch is allowed to, which a topic with `enforceSSL` does not do by
   * itself, and to use the topic's key.
   *
   * @default - no topic
   */
  readonly alarmTopics?: sns.ITopic[];

  /**
   * Other actions of every alarm.
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
}

export interface LakehouseMonitoringProps extends MonitoringOptions, Monitored {}

/** Creates the alarms and the dashboard. */
export class LakehouseMonitoring extends Construct {
  public readonly alarms: cloudwatch.Alarm[];
  /** Undefined when it is switched off. */
  public readonly dashboard?: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: LakehouseMonitoringProps) {
    super(scope, id);
    requireBetween('monitoring.badEventPercentage', props.badEventPercentage, 1, 100);
    this.alarms = alarmsOf(props, {
      iteratorAge: props.iteratorAgeThreshold,
      freshness: props.freshnessThreshold,
      badEventPercentage: props.badEventPercentage ?? 5,
    }).map(({ id: alarmId, metric, ...options }) => new cloudwatch.Alarm(this, alarmId, { metric, ...options }));
    this.alarms.forEach(alarm => alarm.applyRemovalPolicy(RemovalPolicy.DESTROY));
    props.alarmTopics?.forEach(topic => this.addAlarmTopic(topic));
    props.alarmActions?.forEach(action => this.addAlarmAction(action));
    if (props.dashboard ?? true) this.dashboard = createDashboard(this, 'Dashboard', this.alarms, props);
  }

  private addAlarmTopic(topic: sns.ITopic): void {
    const cloudWatch = {
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    };
    topic.addToResourcePolicy(new iam.PolicyStatement({
      ...cloudWatch, sid: 'CloudWatchAlarms', actions: ['sns:Publish'], resources: [topic.topicArn],
    }));
    topic.masterKey?.addToResourcePolicy(new iam.PolicyStatement({
      ...cloudWatch, sid: 'CloudWatchAlarms', actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'],
    }));
    this.addAlarmAction(new actions.SnsAction(topic));
  }

  /** Adds an action to every alarm. */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.alarms.forEach(alarm => alarm.addAlarmAction(action));
  }
}
