import { aws_cloudwatch as cloudwatch, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { alarmsOf, Monitored } from './alarms';
import { createDashboard } from './dashboard';
import { requireBetween } from '../private/validate';

/** Options of the alarms and the dashboard. */
export interface MonitoringOptions {
  /**
   * Actions of every alarm.
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
    props.alarmActions?.forEach(action => this.addAlarmAction(action));
    if (props.dashboard ?? true) this.dashboard = createDashboard(this, 'Dashboard', this.alarms, props);
  }

  /** Adds an action to every alarm. */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.alarms.forEach(alarm => alarm.addAlarmAction(action));
  }
}
