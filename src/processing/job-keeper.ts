import {
  aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kinesis as kinesis, aws_lambda as lambda,
  Duration,
} from 'aws-cdk-lib';
import { Construct, IConstruct, IDependable } from 'constructs';
import type { KeeperEvent } from './function/keeper.lambda';
import { IStreamingJob } from './streaming-job';
import { METRICS_NAMESPACE } from '../contract/generated';
import { HandlerFunction } from '../private/handler-function';
import { LogOptions } from '../private/log-group';
import { readMetricsStatement } from '../private/own-metric';

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
  /** A scheduled run is skipped when this stream got no records. */
  readonly stream: kinesis.IStream;
  /** Lets X-Ray trace a sample of the calls. */
  readonly tracing?: boolean;
}

/** The first run starts so long after the deployment, and a lost event delays the next one by no more. */
export const CHECK_INTERVAL = Duration.minutes(1);

/** Creates the keeper's function and the rules that call it. */
export class JobKeeper extends Construct implements IJobKeeper {
  public readonly keeperFunction: lambda.IFunction;

  private readonly rules: events.Rule[];

  constructor(scope: Construct, id: string, props: JobKeeperProps) {
    super(scope, id);
    const { job, stream, encryptionKey, logRetention, logGroup, tracing } = props;
    const { isContinuous, _longestGap: longestGap, _starts: starts } = job.schedule;
    const keeper = new HandlerFunction(this, 'Function', {
      entrypoint: 'processing/function/keeper.lambda',
      description: 'Keeps one run of the clickstream job going',
      timeout: Duration.minutes(1),
      memorySize: 256,
      environment: {
        JOB_NAME: job.jobName,
        JOB_ARN: job.jobArn,
        CONTINUOUS: String(isContinuous),
        ...(longestGap && { LONGEST_GAP_SECONDS: String(longestGap.toSeconds()) }),
        STREAM_NAME: stream.streamName,
        METRICS_NAMESPACE,
      },
      logRetention,
      logGroup,
      encryptionKey,
      tracing,
      statements: [new iam.PolicyStatement({
        sid: 'KeepJob',
        actions: ['glue:BatchStopJobRun', 'glue:GetJob', 'glue:GetJobRuns', 'glue:GetTags', 'glue:StartJobRun'],
        resources: [job.jobArn],
      }), ...(isContinuous ? [] : [readMetricsStatement(this)])],
    });
    this.keeperFunction = keeper;
    this.rules = [
      this.onTime('Check', 'check', events.Schedule.rate(CHECK_INTERVAL), 'Looks after the clickstream job'),
      ...(starts ? [this.onTime('Schedule', 'schedule', starts, 'A run of the clickstream job is due')] : []),
      this.onRunEnded(job),
    ];
  }

  public endBefore(dependency: IDependable): void {
    this.rules.forEach(rule => rule.node.addDependency(dependency));
  }

  private onTime(
    id: string, trigger: KeeperEvent['trigger'], schedule: events.Schedule, description: string,
  ): events.Rule {
    return new events.Rule(this, id, { description, schedule, targets: [this.target({ trigger })] });
  }

  private onRunEnded(job: IStreamingJob): events.Rule {
    const event: KeeperEvent = { trigger: 'runEnded', state: events.EventField.fromPath('$.detail.state') };
    return new events.Rule(this, 'RunEnded', {
      description: 'A run of the clickstream job has ended',
      eventPattern: {
        source: ['aws.glue'],
        detailType: ['Glue Job State Change'],
        detail: { jobName: [job.jobName], state: ['SUCCEEDED', 'FAILED', 'TIMEOUT', 'STOPPED'] },
      },
      targets: [this.target(event)],
    });
  }

  private target(event: KeeperEvent): targets.LambdaFunction {
    return new targets.LambdaFunction(this.keeperFunction, { event: events.RuleTargetInput.fromObject(event) });
  }
}
