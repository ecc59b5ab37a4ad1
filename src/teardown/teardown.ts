import { ArnFormat, Aws, aws_iam as iam, aws_kinesis as kinesis, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DrainProperties } from './function/drain';
import type { EniSweepProperties } from './function/eni-sweep';
import { PolledResource } from './polled-resource';
import { IJobNetwork } from '../network/job-network';
import { LogOptions } from '../private/log-group';
import { readMetricsStatement } from '../private/own-metric';
import { requireDurationBetween } from '../private/validate';
import { IStreamingJob } from '../processing/streaming-job';

/** Action to take when the time is up and something is left. */
export enum TeardownTimeoutAction {
  /** The deletion fails and names what is left. Deleting the stack again goes on from there. */
  FAIL = 'FAIL',
  /** The deletion logs what is left and goes on, and CloudFormation may fail on it later. */
  CONTINUE = 'CONTINUE',
}

/**
 * Options of the stack's deletion.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   teardown: { timeout: Duration.minutes(20), onTimeout: TeardownTimeoutAction.CONTINUE },
 * });
 */
export interface TeardownOptions {
  /**
   * Time limit, 10 to 50 minutes, for ending the job's runs and again for releasing its network interfaces. When the
   * data are kept, two thirds of it are for a last drain of the stream.
   *
   * @default Duration.minutes(45)
   */
  readonly timeout?: Duration;

  /**
   * Action to take when the time is up.
   *
   * @default TeardownTimeoutAction.FAIL
   */
  readonly onTimeout?: TeardownTimeoutAction;
}

export interface TeardownProps extends TeardownOptions, LogOptions {
  readonly job: IStreamingJob;
  /** The stream that a last drain reads. */
  readonly stream: kinesis.IStream;
  /** Whether the data outlive the stack, so that what the collector has acknowledged must get there. */
  readonly keepsData: boolean;
  /** Outside any VPC when left out. */
  readonly network?: IJobNetwork;
}

/**
 * Ends the job's runs before the job is deleted, after a last drain of the stream if the data are kept, and waits for
 * the job's network interfaces before the network is deleted.
 */
export class Teardown extends Construct {
  /** Deleted before the job. */
  public readonly drain: CustomResource;
  /** Deleted after the job and before its network; undefined outside any VPC. */
  public readonly eniSweep?: CustomResource;

  constructor(scope: Construct, id: string, props: TeardownProps) {
    super(scope, id);
    requireDurationBetween('teardown.timeout', props.timeout, Duration.minutes(10), Duration.minutes(50));
    this.eniSweep = props.network && this.createEniSweep(props, props.network);
    this.drain = this.createDrain(props);
  }

  private createDrain(props: TeardownProps): CustomResource {
    const { job, stream, keepsData, logRetention, encryptionKey, logGroup } = props;
    const properties: DrainProperties = {
      JobName: job.jobName,
      JobArn: job.jobArn,
      Stack: Aws.STACK_ID,
      StreamName: stream.streamName,
      LastDrain: String(keepsData),
      ...limits(props),
    };
    return new PolledResource(this, 'Drain', {
      entrypoint: 'teardown/function/drain.lambda',
      description: 'Ends the runs of the clickstream job before it is deleted',
      resourceType: 'Custom::ClickstreamDrain',
      properties: { ...properties },
      onEventStatements: [new iam.PolicyStatement({
        sid: 'TagJob',
        actions: ['glue:GetTags', 'glue:TagResource', 'glue:UntagResource'],
        resources: [job.jobArn],
      })],
      isCompleteStatements: [new iam.PolicyStatement({
        sid: 'EndRuns',
        actions: ['glue:BatchStopJobRun', 'glue:GetJobRuns', 'glue:GetTags'],
        resources: [job.jobArn],
      }), ...(keepsData ? lastDrainStatements(this, job) : [])],
      logRetention,
      encryptionKey,
      logGroup,
    }).resource;
  }

  private createEniSweep(props: TeardownProps, network: IJobNetwork): CustomResource {
    const { job, logRetention, encryptionKey, logGroup } = props;
    const properties: EniSweepProperties = {
      VpcId: network.vpc.vpcId,
      SecurityGroupId: network.securityGroup.securityGroupId,
      JobRoleArn: job.role.roleArn,
      ...(!network.hasGivenSecurityGroup && { Stack: Aws.STACK_ID }),
      ...limits(props),
    };
    return new PolledResource(this, 'EniSweep', {
      entrypoint: 'teardown/function/eni-sweep.lambda',
      description: 'Waits for the network interfaces of the clickstream job before its network is deleted',
      resourceType: 'Custom::ClickstreamEniSweep',
      properties: { ...properties },
      onEventStatements: [], // it only records the time
      isCompleteStatements: this.sweepStatements(network),
      logRetention,
      encryptionKey,
      logGroup,
    }).resource;
  }

  private sweepStatements(network: IJobNetwork): iam.PolicyStatement[] {
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName: string) =>
      stack.formatArn({ service: 'ec2', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
    return [
      new iam.PolicyStatement({
        sid: 'FindInterfaces',
        // Whose group it is has to be asked only of one that the construct made.
        actions: [
          'ec2:DescribeNetworkInterfaces', ...(network.hasGivenSecurityGroup ? [] : ['ec2:DescribeSecurityGroups']),
        ],
        resources: ['*'], // these actions have no resource-level support
        conditions: { StringEquals: { 'aws:RequestedRegion': stack.region } },
      }),
      new iam.PolicyStatement({
        sid: 'DeleteInterfaces',
        actions: ['ec2:DeleteNetworkInterface'],
        resources: [arn('network-interface', '*')],
        conditions: { ArnEquals: { 'ec2:Vpc': arn('vpc', network.vpc.vpcId) } },
      }),
    ];
  }
}

function lastDrainStatements(scope: Construct, job: IStreamingJob): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: 'StartLastDrain', actions: ['glue:StartJobRun'], resources: [job.jobArn] }),
    readMetricsStatement(scope),
  ];
}

export function limits({ timeout, onTimeout }: TeardownOptions): { TimeoutSeconds: string; OnTimeout: string } {
  return {
    TimeoutSeconds: String((timeout ?? Duration.minutes(45)).toSeconds()),
    OnTimeout: onTimeout ?? TeardownTimeoutAction.FAIL,
  };
}
