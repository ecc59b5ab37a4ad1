import { ArnFormat, aws_iam as iam, aws_kms as kms, aws_logs as logs, Aws, CustomResource, Duration, Stack, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DrainProperties } from './function/drain';
import type { EniSweepProperties } from './function/eni-sweep';
import { PolledResource } from './polled-resource';
import { STACK_TAG } from '../contract/tags';
import { JobNetwork } from '../network/job-network';
import { requireDurationBetween } from '../private/validate';
import { StreamingJob } from '../processing/streaming-job';

/** What happens when the time is up and something is left. */
export enum TeardownTimeoutAction {
  /** The deletion fails and says what is left; deleting the stack again goes on from there. */
  FAIL = 'FAIL',
  /** The deletion goes on and logs what is left; CloudFormation may fail later on the same. */
  CONTINUE = 'CONTINUE',
}

/** Options of the stack's deletion. */
export interface TeardownOptions {
  /**
   * How long the end of the job's runs, and then the release of its network interfaces, may take each: 1 to 50 minutes.
   *
   * @default Duration.minutes(45)
   */
  readonly timeout?: Duration;

  /**
   * What happens when the time is up.
   *
   * @default TeardownTimeoutAction.FAIL
   */
  readonly onTimeout?: TeardownTimeoutAction;
}

/** Properties of Teardown. */
export interface TeardownProps extends TeardownOptions {
  /** The job to end. */
  readonly job: StreamingJob;

  /**
   * Network the job runs in.
   *
   * @default - outside any VPC
   */
  readonly network?: JobNetwork;

  /**
   * Key that encrypts the logs.
   *
   * @default - the key CloudWatch owns
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/** Lets the stack be deleted: ends the job's runs before the job goes, and waits for its network interfaces before the network goes. */
export class Teardown extends Construct {
  /** Deleted before the job: ends its runs. */
  public readonly drain: CustomResource;
  /** Deleted after the job and before its network: waits for its network interfaces. Undefined outside any VPC. */
  public readonly eniSweep?: CustomResource;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see TeardownProps
   */
  constructor(scope: Construct, id: string, props: TeardownProps) {
    super(scope, id);
    requireDurationBetween('teardown.timeout', props.timeout, Duration.minutes(1), Duration.minutes(50));
    this.eniSweep = props.network && this.createEniSweep(props, props.network);
    this.drain = this.createDrain(props);
  }

  private createDrain(props: TeardownProps): CustomResource {
    const { job } = props;
    job._tag(STACK_TAG, Aws.STACK_ID);
    const properties: DrainProperties = { JobName: job.jobName, JobArn: job.jobArn, Stack: Aws.STACK_ID, ...limits(props) };
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
      })],
      ...logging(props),
    }).resource;
  }

  private createEniSweep(props: TeardownProps, network: JobNetwork): CustomResource {
    Tags.of(network.securityGroup).add(STACK_TAG, Aws.STACK_ID);
    const properties: EniSweepProperties = {
      VpcId: network.vpc.vpcId,
      SecurityGroupId: network.securityGroup.securityGroupId,
      JobRoleArn: props.job.role.roleArn,
      Stack: Aws.STACK_ID,
      ...limits(props),
    };
    return new PolledResource(this, 'EniSweep', {
      entrypoint: 'teardown/function/eni-sweep.lambda',
      description: 'Waits for the network interfaces of the clickstream job before its network is deleted',
      resourceType: 'Custom::ClickstreamEniSweep',
      properties: { ...properties },
      onEventStatements: [], // it only notes the time
      isCompleteStatements: this.sweepStatements(network),
      ...logging(props),
    }).resource;
  }

  private sweepStatements(network: JobNetwork): iam.PolicyStatement[] {
    const stack = Stack.of(this);
    const arn = (resource: string, resourceName: string) =>
      stack.formatArn({ service: 'ec2', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
    return [
      new iam.PolicyStatement({
        sid: 'FindInterfaces',
        actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups'],
        resources: ['*'], // have no resource-level support
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

function limits({ timeout, onTimeout }: TeardownOptions): { TimeoutSeconds: string; OnTimeout: string } {
  return {
    TimeoutSeconds: String((timeout ?? Duration.minutes(45)).toSeconds()),
    OnTimeout: onTimeout ?? TeardownTimeoutAction.FAIL,
  };
}

function logging({ encryptionKey, logRetention }: TeardownProps) {
  return { encryptionKey, logRetention: logRetention ?? logs.RetentionDays.ONE_MONTH };
}
