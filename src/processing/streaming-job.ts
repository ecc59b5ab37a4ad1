import {
  aws_cloudwatch as cloudwatch, aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, aws_logs as logs,
  aws_s3_assets as assets, Duration, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { glueArguments, jobArguments, LOG_GROUP_SUFFIXES, sparkConf } from './job-arguments';
import { createJobRole } from './job-role';
import { ProcessingOptions, StartPosition, validateProcessing, WorkerType } from './processing-options';
import { ProcessingSchedule } from './processing-schedule';
import { JobNetwork } from '../network/job-network';
import { GLUE_PACKAGE, GLUE_PACKAGE_EXCLUDES, GLUE_SCRIPT } from '../private/assets';
import { LakehouseStorage } from '../storage/lakehouse-storage';

/** Properties of StreamingJob. */
export interface StreamingJobProps extends ProcessingOptions {
  /** The stream to read. */
  readonly stream: kinesis.IStream;

  /** Where the tables are. */
  readonly storage: LakehouseStorage;

  /**
   * Subnet and security group.
   *
   * @default - outside any VPC
   */
  readonly network?: JobNetwork;

  /**
   * How long the stream keeps events; checked against the schedule.
   *
   * @default - not checked
   */
  readonly streamRetention?: Duration;

  /**
   * Key that encrypts logs (and that stream and buckets may use).
   *
   * @default - keys the services own
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long logs are kept.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * CloudWatch namespace of the job's metrics.
   *
   * @default 'ClickstreamLakehouse'
   */
  readonly metricsNamespace?: string;
}

/** Spark's run is planned to end after 144 hours; Glue's own limit is for a run that does not. It must stay below 10,080 minutes. */
const TIMEOUT_MINUTES = 10_000;

/** Glue 6.0: Spark 4.1.1, Python 3.13, Delta 4.2. The job's code is tested with exactly these. */
const GLUE_VERSION = '6.0';

/** The Glue job that turns the stream into the tables. */
export class StreamingJob extends Construct implements iam.IGrantable {
  /** Name of the job. */
  public readonly jobName: string;
  /** ARN of the job. */
  public readonly jobArn: string;
  /** The job's role. */
  public readonly role: iam.IRole;
  /** The job's role. */
  public readonly grantPrincipal: iam.IPrincipal;
  /** When the job runs. */
  public readonly schedule: ProcessingSchedule;
  /** Namespace of the job's metrics. */
  public readonly metricsNamespace: string;
  /** What the job prints: metrics and messages, a JSON object per line. */
  public readonly outputLogGroup: logs.ILogGroup;

  /** @internal */
  public readonly _connection?: glue.CfnConnection;
  /** @internal */
  public readonly _job: glue.CfnJob;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see StreamingJobProps
   */
  constructor(scope: Construct, id: string, props: StreamingJobProps) {
    super(scope, id);
    this.schedule = props.schedule ?? ProcessingSchedule.continuous();
    this.metricsNamespace = props.metricsNamespace ?? 'ClickstreamLakehouse';
    validateProcessing(props, this.schedule, props.streamRetention);

    const script = new assets.Asset(this, 'Script', { path: GLUE_SCRIPT });
    const code = new assets.Asset(this, 'Package', { path: GLUE_PACKAGE, exclude: GLUE_PACKAGE_EXCLUDES });
    const logGroupPrefix = `/aws-glue/${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}`;
    const logGroups = this.createLogGroups(logGroupPrefix, props);
    this.outputLogGroup = logGroups[0];
    const role = createJobRole(this, 'Role', {
      ...props, logGroups, assets: [script, code], metricsNamespace: this.metricsNamespace,
    });
    this.role = role;
    this.grantPrincipal = role;
    this._connection = props.network && this.createConnection(props.network);
    this._job = this.createJob(props, script, {
      ...glueArguments(code.s3ObjectUrl, sparkConf(Stack.of(this).region, props.sparkConf), logGroupPrefix),
      ...this.ownArguments(props),
    });
    if (this._connection) this.allowConnection(role, this._connection);
    // The job refers to its role by ARN only, and a run without its policy fails.
    this._job.node.addDependency(role);
    this.jobName = this._job.ref;
    this.jobArn = Stack.of(this).formatArn({ service: 'glue', resource: 'job', resourceName: this.jobName });
  }

  /**
   * A metric of the job (RawRecords, Events, BadEvents, DuplicateEvents, Freshness, BatchDuration) or of its keeper (RunActive,
   * RunStarts, RunFailures, StartsRefused, BreakerOpen).
   *
   * @param metricName name of the metric
   * @param props statistic, period and so on
   */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: this.metricsNamespace,
      metricName,
      dimensionsMap: { JobName: this.jobName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    });
  }

  /** @internal */
  public _tag(key: string, value: string): void {
    this._job.tags.setTag(key, value);
  }

  /** Glue names the groups after their prefix, so theirs are the only physical names of this package that CloudFormation does not make. */
  private createLogGroups(prefix: string, props: StreamingJobProps): logs.LogGroup[] {
    return LOG_GROUP_SUFFIXES.map(suffix => new logs.LogGroup(this, `${suffix === 'output' ? 'Output' : 'Error'}Log`, {
      logGroupName: `${prefix}/${suffix}`,
      retention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    }));
  }

  private createConnection(network: JobNetwork): glue.CfnConnection {
    const connection = new glue.CfnConnection(this, 'Connection', {
      catalogId: Stack.of(this).account,
      connectionInput: {
        connectionType: 'NETWORK',
        connectionProperties: {},
        description: 'Subnet and security group of the clickstream job',
        physicalConnectionRequirements: {
          availabilityZone: network.subnet.availabilityZone,
          subnetId: network.subnet.subnetId,
          securityGroupIdList: [network.securityGroup.securityGroupId],
        },
      },
    });
    connection.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return connection;
  }

  /** A policy apart from the role's own, which must outlive the connection. */
  private allowConnection(role: iam.Role, connection: glue.CfnConnection): void {
    const stack = Stack.of(this);
    const policy = new iam.Policy(this, 'ConnectionPolicy', {
      statements: [new iam.PolicyStatement({
        sid: 'UseConnection',
        actions: ['glue:GetConnection'],
        resources: [
          stack.formatArn({ service: 'glue', resource: 'catalog' }),
          stack.formatArn({ service: 'glue', resource: 'connection', resourceName: connection.ref }),
        ],
      })],
    });
    policy.attachToRole(role);
    this._job.node.addDependency(policy);
  }

  private createJob(props: StreamingJobProps, script: assets.Asset, defaultArguments: Record<string, string>): glue.CfnJob {
    const job = new glue.CfnJob(this, 'Resource', {
      description: 'Clickstream: Kinesis to Delta tables',
      // `gluestreaming` on Glue 6.0 was seen starting another Python without boto3; our source needs nothing of it.
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: script.s3ObjectUrl },
      glueVersion: GLUE_VERSION,
      role: this.role.roleArn,
      defaultArguments,
      connections: this._connection && { connections: [this._connection.ref] },
      workerType: props.workerType ?? WorkerType.G_1X,
      numberOfWorkers: props.workers ?? 2,
      executionClass: props.flexExecution ? 'FLEX' : 'STANDARD',
      executionProperty: { maxConcurrentRuns: 1 },
      maxRetries: 0, // the keeper restarts it
      jobRunQueuingEnabled: false,
      timeout: TIMEOUT_MINUTES,
    });
    job.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return job;
  }

  private ownArguments(props: StreamingJobProps): Record<string, string> {
    const { storage } = props;
    const day = Duration.hours(24);
    const retention = props.streamRetention ?? day;
    const window = props.dedupWindow ?? (retention.toHours() > day.toHours() ? retention : day);
    return jobArguments({
      region: Stack.of(this).region,
      streamName: props.stream.streamName,
      rawUri: storage.rawUri,
      eventsUri: storage.eventsUri,
      badEventsUri: storage.badEventsUri,
      checkpointUri: storage.checkpointUri,
      mode: this.schedule.isContinuous ? 'continuous' : 'drain',
      triggerSeconds: (props.triggerInterval ?? Duration.seconds(10)).toSeconds(),
      dedupWindowHours: window.toHours(),
      startPosition: props.startPosition ?? StartPosition.TRIM_HORIZON,
      metricsNamespace: this.metricsNamespace,
      failOnDataLoss: props.failOnDataLoss ?? true,
    });
  }
}
