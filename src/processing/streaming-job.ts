import { basename } from 'path';
import {
  aws_cloudwatch as cloudwatch, aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, aws_s3_assets as assets, Aws,
  Duration, Names, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { bindGeoDatabases } from './geo-database';
import { glueArguments, jobArguments, LOG_GROUP_SUFFIXES, sparkConf } from './job-arguments';
import { createJobRole } from './job-role';
import { ProcessingOptions, StartPosition, WorkerType } from './processing-options';
import { ProcessingSchedule } from './processing-schedule';
import { validateProcessing } from './processing-validation';
import { pythonModules } from './python-modules';
import { METRICS_NAMESPACE } from '../contract/generated';
import { STACK_TAG } from '../contract/tags';
import { IJobNetwork } from '../network/job-network';
import { GLUE_PACKAGE, GLUE_PACKAGE_EXCLUDES, GLUE_SCRIPT } from '../private/assets';
import { LogOptions, ownLogGroup } from '../private/log-group';
import { ownMetric } from '../private/own-metric';
import { readSecretStatements } from '../private/secret-access';
import { ILakehouseStorage } from '../storage/lakehouse-storage';

/** The Glue job that turns the stream into the tables. */
export interface IStreamingJob extends IConstruct {
  readonly jobName: string;
  readonly jobArn: string;
  readonly role: iam.IRole;
  readonly schedule: ProcessingSchedule;
  /** Whether the user's own code transforms the events. */
  readonly hasTransform: boolean;
  /** The job itself, without role, log groups and connection. */
  readonly resource: glue.CfnJob;
  /** The job's way into its network; undefined outside any VPC. */
  readonly connection?: glue.CfnConnection;
  /** A metric that the job publishes, or that its keeper publishes about it. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** A given `encryptionKey` encrypts the logs. Stream and buckets may use it, too. */
export interface StreamingJobProps extends ProcessingOptions, LogOptions {
  readonly stream: kinesis.IStream;
  /** How long the stream keeps events, if known. The schedule is checked against it. */
  readonly streamRetention?: Duration;
  readonly storage: ILakehouseStorage;
  /** Outside any VPC when left out. */
  readonly network?: IJobNetwork;
}

/** Glue 6.0: Spark 4.1.1, Python 3.13, Delta 4.2. The job's code is tested with exactly these. */
const GLUE_VERSION = '6.0';

/** Construct ids of the log groups. */
const LOG_GROUP_IDS = { output: 'OutputLog', error: 'ErrorLog' };

/** Creates the job with its role, its log groups and its connection to the network. */
export class StreamingJob extends Construct implements IStreamingJob {
  public readonly jobName: string;
  public readonly jobArn: string;
  public readonly role: iam.IRole;
  public readonly schedule: ProcessingSchedule;
  public readonly hasTransform: boolean;
  public readonly resource: glue.CfnJob;
  public readonly connection?: glue.CfnConnection;

  constructor(scope: Construct, id: string, props: StreamingJobProps) {
    super(scope, id);
    this.schedule = props.schedule ?? ProcessingSchedule.continuous();
    this.hasTransform = props.transform !== undefined;
    validateProcessing(props, this.schedule, props.streamRetention);

    const script = new assets.Asset(this, 'Script', { path: GLUE_SCRIPT });
    const code = new assets.Asset(this, 'Package', { path: GLUE_PACKAGE, exclude: GLUE_PACKAGE_EXCLUDES });
    const modules = pythonModules(props.transform, props.extraPythonFiles)
      .map(({ name, folder, exclude }) => new assets.Asset(this, `Python-${name}`, { path: folder, exclude }));
    const logGroupPrefix = `/aws-glue/${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}`;
    // Glue derives the groups' names from their prefix, so they are the only names that CloudFormation does not make.
    const logGroups = LOG_GROUP_SUFFIXES.map(suffix =>
      ownLogGroup(this, LOG_GROUP_IDS[suffix], props, `${logGroupPrefix}/${suffix}`));
    const geo = bindGeoDatabases(this, props.geoDatabases ?? []);
    const { pseudonymKeySecret: secret } = props;
    const enrichmentStatements = [
      ...geo.statements, ...(secret ? readSecretStatements(this, secret, 'PseudonymKey') : []),
    ];
    const role = createJobRole(this, 'Role', {
      ...props, logGroups, assetBucket: script.bucket, enrichmentStatements,
    });
    this.role = role;
    this.connection = props.network && this.createConnection(props.network);
    this.resource = this.createJob(props, script, {
      ...glueArguments(
        [code, ...modules].map(asset => asset.s3ObjectUrl), sparkConf(Stack.of(this).region, props.sparkConf),
        logGroupPrefix, props.glueMetrics),
      ...this.ownArguments(props, geo.uris),
    });
    if (this.connection) this.allowConnection(role, this.connection);
    // The job refers to its role by ARN only, and a run without its policy fails.
    this.resource.node.addDependency(role);
    this.jobName = this.resource.ref;
    this.jobArn = Stack.of(this).formatArn({ service: 'glue', resource: 'job', resourceName: this.jobName });
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(metricName, { JobName: this.jobName }, options);
  }

  private createConnection(network: IJobNetwork): glue.CfnConnection {
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

  /** Adds a policy of its own, because the role and its default policy must outlive the connection. */
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
    this.resource.node.addDependency(policy);
  }

  private createJob(
    props: StreamingJobProps, script: assets.Asset, defaultArguments: Record<string, string>,
  ): glue.CfnJob {
    const job = new glue.CfnJob(this, 'Resource', {
      description: describeJob(props.network),
      // `gluestreaming` on Glue 6.0 was seen starting another Python without boto3, and our source does not need it.
      command: { name: 'glueetl', pythonVersion: '3', scriptLocation: script.s3ObjectUrl },
      glueVersion: GLUE_VERSION,
      role: this.role.roleArn,
      defaultArguments,
      connections: this.connection && { connections: [this.connection.ref] },
      workerType: props.workerType ?? WorkerType.G_1X,
      numberOfWorkers: props.workers ?? 2,
      executionClass: props.flexExecution ? 'FLEX' : 'STANDARD',
      executionProperty: { maxConcurrentRuns: 1 },
      maxRetries: 0, // the keeper restarts it
      jobRunQueuingEnabled: false,
      timeout: this.schedule._runTimeout.toMinutes(),
      tags: { [STACK_TAG]: Aws.STACK_ID },
    });
    job.applyRemovalPolicy(RemovalPolicy.DESTROY);
    return job;
  }

  private ownArguments(props: StreamingJobProps, geoDatabaseUris: string[]): Record<string, string> {
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
      triggerSeconds: (props.triggerInterval ?? Duration.seconds(30)).toSeconds(),
      dedupWindowHours: window.toHours(),
      startPosition: props.startPosition ?? StartPosition.TRIM_HORIZON,
      metricsNamespace: METRICS_NAMESPACE,
      failOnDataLoss: props.failOnDataLoss ?? false,
      geoDatabaseUris,
      pseudonymKeyArn: props.pseudonymKeySecret?.secretArn,
      robotUserAgents: props.robotUserAgents ?? [],
      transform: props.transform && basename(props.transform, '.py'),
      columns: props.columns,
    });
  }
}

/**
 * Names the network, so that another network changes the job and the keeper replaces its run. A changed connection
 * alone would not, and the network interfaces of the old run would keep the old network from being deleted.
 */
function describeJob(network?: IJobNetwork): string {
  const purpose = 'Clickstream: Kinesis to Delta tables';
  return network ? `${purpose}, in ${network.subnet.subnetId} with ${network.securityGroup.securityGroupId}` : purpose;
}
