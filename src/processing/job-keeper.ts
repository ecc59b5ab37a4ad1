import { aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, Duration } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import type { KeeperEvent } from './function/keeper.lambda';
import { StreamingJob } from './streaming-job';
import { HandlerFunction } from '../private/handler-function';

/** Properties of JobKeeper. */
export interface JobKeeperProps {
  /** The job to keep. */
  readonly job: StreamingJob;

  /**
   * Key that encrypts the log.
   *
   * @default - the key CloudWatch owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long the log is kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** How long a continuous job may be down before it is started again, should the event of its end get lost. */
const CHECK_INTERVAL = Duration.minutes(5);

/** Starts the job when it is due, restarts it when it ends, replaces its run after a deployment, and stops trying when it is broken. */
export class JobKeeper extends Construct {
  /** The function. */
  public readonly keeperFunction: lambda.IFunction;

  private readonly rules: events.Rule[];

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see JobKeeperProps
   */
  constructor(scope: Construct, id: string, props: JobKeeperProps) {
    super(scope, id);
    const { job } = props;
    const keeper = new HandlerFunction(this, 'Function', {
      entrypoint: 'processing/function/keeper.lambda',
      description: 'Keeps one run of the clickstream job going',
      timeout: Duration.minutes(1),
      memorySize: 256,
      environment: {
        JOB_NAME: job.jobName,
        JOB_ARN: job.jobArn,
        CONTINUOUS: String(job.schedule.isContinuous),
        METRICS_NAMESPACE: job.metricsNamespace,
      },
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      statements: [new iam.PolicyStatement({
        sid: 'KeepJob',
        actions: ['glue:BatchStopJobRun', 'glue:GetJob', 'glue:GetJobRuns', 'glue:GetTags', 'glue:StartJobRun'],
        resources: [job.jobArn],
      })],
    });
    this.keeperFunction = keeper;
    this.rules = [this.onSchedule(job, keeper), this.onRunEnded(job, keeper)];
  }

  /**
   * Deletes the rules before `dependency`, so that the keeper does not start what is being deleted.
   *
   * @internal
   */
  public _endBefore(dependency: IDependable): void {
    this.rules.forEach(rule => rule.node.addDependency(dependency));
  }

  private onSchedule(job: StreamingJob, keeper: lambda.IFunction): events.Rule {
    const event: KeeperEvent = { trigger: 'schedule' };
    return new events.Rule(this, 'Schedule', {
      description: 'A run of the clickstream job is due',
      schedule: job.schedule._starts ?? events.Schedule.rate(CHECK_INTERVAL),
      targets: [new targets.LambdaFunction(keeper, { event: events.RuleTargetInput.fromObject(event) })],
    });
  }

  private onRunEnded(job: StreamingJob, keeper: lambda.IFunction): events.Rule {
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
