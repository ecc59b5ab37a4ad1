import {
  aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_lambda as lambda, Duration,
} from 'aws-cdk-lib';
import { Construct, IConstruct, IDependable } from 'constructs';
import type { KeeperEvent } from './function/keeper.lambda';
import { IStreamingJob } from './streaming-job';
import { METRICS_NAMESPACE } from '../contract/generated';
import { HandlerFunction } from '../private/handler-function';
import { LogOptions } from '../private/log-group';

/**
 * Starts the job when it is due, restarts it when it ends, replaces its run after a deployment, and stops trying when
 * it is broken.
 */
export interface IJobKeeper extends IConstruct {
  readonly keeperFunction: lambda.IFunction;
  /** Deletes the keeper's rules before `dependency`, so that it does not start a job that is being deleted. */
  endBefore(dependency: IDependable): void;
}

export interface JobKeeperProps extends LogOptions {
  readonly job: IStreamingJob;
}

/** How long a continuous job may be down before it is started again, should the event of its end get lost. */
const CHECK_INTERVAL = Duration.minutes(5);

/** Creates the keeper's function and the two rules that call it. */
export class JobKeeper extends Construct implements IJobKeeper {
  public readonly keeperFunction: lambda.IFunction;

  private readonly rules: events.Rule[];

  constructor(scope: Construct, id: string, props: JobKeeperProps) {
    super(scope, id);
    const { job, encryptionKey, logRetention } = props;
    const keeper = new HandlerFunction(this, 'Function', {
      entrypoint: 'processing/function/keeper.lambda',
      description: 'Keeps one run of the clickstream job going',
      timeout: Duration.minutes(1),
      memorySize: 256,
      environment: {
        JOB_NAME: job.jobName,
        JOB_ARN: job.jobArn,
        CONTINUOUS: String(job.schedule.isContinuous),
        METRICS_NAMESPACE,
      },
      logRetention,
      encryptionKey,
      statements: [new iam.PolicyStatement({
        sid: 'KeepJob',
        actions: ['glue:BatchStopJobRun', 'glue:GetJob', 'glue:GetJobRuns', 'glue:GetTags', 'glue:StartJobRun'],
        resources: [job.jobArn],
      })],
    });
    this.keeperFunction = keeper;
    this.rules = [this.onSchedule(job, keeper), this.onRunEnded(job, keeper)];
  }

  public endBefore(dependency: IDependable): void {
    this.rules.forEach(rule => rule.node.addDependency(dependency));
  }

  private onSchedule(job: IStreamingJob, keeper: lambda.IFunction): events.Rule {
    const event: KeeperEvent = { trigger: 'schedule' };
    return new events.Rule(this, 'Schedule', {
      description: 'A run of the clickstream job is due',
      schedule: job.schedule._starts ?? events.Schedule.rate(CHECK_INTERVAL),
      targets: [new targets.LambdaFunction(keeper, { event: events.RuleTargetInput.fromObject(event) })],
    });
  }

  private onRunEnded(job: IStreamingJob, keeper: lambda.IFunction): events.Rule {
    const event: KeeperEvent = { trigger: 'runEnded', state: events.EventField.fromPath('$.detail.state') };
    return new events.Rule(this, 'RunEnded', {
      description: 'A run of the clickstream job has ended',
      eventPattern: {
        source: ['aws.glue'],
        detailType: ['Glue Job State Change'],
        detail: { jobName: [job.jobName], state: ['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED'] },
      },
      targets: [new targets.LambdaFunction(keeper, { event: events.RuleTargetInput.fromObject(event) })],
    });
  }
}
