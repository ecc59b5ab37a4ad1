import {
  aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_ec2 as ec2, aws_iam as iam, aws_kinesis as kinesis,
  aws_lambda as lambda, aws_s3 as s3, CfnOutput, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
import { CollectorEndpoint } from './collector/collector-endpoint';
import { LakehouseMonitoring } from './monitoring/lakehouse-monitoring';
import { JobNetwork } from './network/job-network';
import { LakehouseNetwork } from './network/lakehouse-network';
import { allowLogEncryption } from './private/encryption';
import { InvalidPropertyError } from './private/validate';
import { JobKeeper } from './processing/job-keeper';
import { StreamingJob } from './processing/streaming-job';
import { AthenaQuery } from './query/athena-query';
import { LakehouseStorage } from './storage/lakehouse-storage';
import { EventStream } from './stream/event-stream';
import { orderDeletion } from './teardown/deletion-order';
import { Teardown } from './teardown/teardown';

/** Trackers to collector, collector to stream, stream to Delta tables, tables to Athena. */
export class ClickstreamLakehouse extends Construct implements ec2.IConnectable {
  /** The collector's API. */
  public readonly api: apigateway.IRestApi;
  /** The collector. */
  public readonly collectorFunction: lambda.IFunction;
  /** URL for trackers, ending in `/v1`, at the custom domain if there is one. */
  public readonly endpointUrl: string;
  /** The same without `/v1`, for SDKs that take a host and append `/v1/…` themselves, as Segment's and RudderStack's do. */
  public readonly hostUrl: string;
  /** What a DNS record of the custom domain must point to; undefined without one. */
  public readonly customDomainTarget?: string;
  /** Stream between collector and job. */
  public readonly stream: kinesis.IStream;
  /** Subnet and security group of the job; undefined outside any VPC. */
  public readonly network?: JobNetwork;
  /** Rules of the job's security group; empty outside any VPC. */
  public readonly connections: ec2.Connections;
  /** Name of the streaming job. */
  public readonly jobName: string;
  /** Role of the streaming job. */
  public readonly jobRole: iam.IRole;
  /** Holds the raw table. */
  public readonly rawBucket: s3.IBucket;
  /** Holds events, bad events and checkpoints. */
  public readonly lakehouseBucket: s3.IBucket;
  /** Catalog database. */
  public readonly databaseName: string;
  /** Every record as it was read from the stream. */
  public readonly rawTableName: string;
  /** One row per event. */
  public readonly eventsTableName: string;
  /** What could not become an event. */
  public readonly badEventsTableName: string;
  /** Athena workgroup. */
  public readonly workGroupName: string;
  /** Alarms; each one's description says what to do. */
  public readonly alarms: cloudwatch.IAlarm[];
  /** Dashboard; undefined when not wanted. */
  public readonly dashboard?: cloudwatch.Dashboard;

  private readonly collector: CollectorEndpoint;
  private readonly job: StreamingJob;
  private readonly storage: LakehouseStorage;
  private readonly query: AthenaQuery;
  private readonly monitoring: LakehouseMonitoring;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see ClickstreamLakehouseProps
   */
  constructor(scope: Construct, id: string, props: ClickstreamLakehouseProps = {}) {
    super(scope, id);
    const { encryptionKey, logRetention, removalPolicy } = props;
    const common = { encryptionKey, logRetention };
    if (encryptionKey) allowLogEncryption(this, encryptionKey);

    const network = createNetwork(this, props);
    const eventStream = new EventStream(this, 'Stream', { ...props.stream, encryptionKey });
    const { stream, retention } = eventStream;
    const storage = new LakehouseStorage(this, 'Storage', { ...props.storage, encryptionKey, removalPolicy });
    const collector = new CollectorEndpoint(this, 'Collector', { ...props.ingestion, ...props.privacy, ...common, stream });
    const job = new StreamingJob(this, 'Job', { ...props.processing, ...common, stream, streamRetention: retention, storage, network });
    const keeper = new JobKeeper(this, 'Keeper', { ...common, job });
    const query = new AthenaQuery(this, 'Query', { ...props.query, encryptionKey, storage });
    const monitoring = new LakehouseMonitoring(this, 'Monitoring', { ...props.monitoring, collector, eventStream, job, keeper });
    const teardown = new Teardown(this, 'Teardown', { ...props.teardown, ...common, job, network });
    orderDeletion({ network, storage, job, teardown, keeper, collector });

    this.collector = collector;
    this.api = collector.api;
    this.collectorFunction = collector.collectorFunction;
    this.endpointUrl = collector.endpointUrl;
    this.hostUrl = collector.hostUrl;
    this.customDomainTarget = collector.customDomainTarget;
    this.stream = stream;
    this.network = network;
    this.connections = network?.connections ?? new ec2.Connections();
    this.job = job;
    this.jobName = job.jobName;
    this.jobRole = job.role;
    this.storage = storage;
    this.rawBucket = storage.rawBucket;
    this.lakehouseBucket = storage.lakehouseBucket;
    this.databaseName = storage.databaseName;
    this.rawTableName = storage.rawTableName;
    this.eventsTableName = storage.eventsTableName;
    this.badEventsTableName = storage.badEventsTableName;
    this.query = query;
    this.workGroupName = query.workGroupName;
    this.monitoring = monitoring;
    this.alarms = monitoring.alarms;
    this.dashboard = monitoring.dashboard;
    this.addOutputs(removalPolicy ?? RemovalPolicy.RETAIN);
  }

  /**
   * Lets the grantee write lines of canonical events to the stream, past the collector.
   *
   * @param grantee who writes
   */
  public grantIngest(grantee: iam.IGrantable): iam.Grant {
    return this.stream.grantWrite(grantee);
  }

  /**
   * Lets the grantee query the tables in the Athena workgroup.
   *
   * @param grantee who queries
   */
  public grantQuery(grantee: iam.IGrantable): iam.Grant {
    return this.query.grantQuery(grantee);
  }

  /**
   * Lets the grantee read the tables' catalog entries and files, with any engine.
   *
   * @param grantee who reads
   */
  public grantReadTables(grantee: iam.IGrantable): iam.Grant {
    return this.storage.grantRead(grantee);
  }

  /**
   * Events that the collector has stored.
   *
   * @param props statistic, period and so on
   */
  public metricAcceptedEvents(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.collector.metric('AcceptedEvents', props);
  }

  /**
   * Events that the collector has stored as bad.
   *
   * @param props statistic, period and so on
   */
  public metricBadEvents(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.collector.metric('BadEvents', props);
  }

  /**
   * Milliseconds from the collector to the row, the longest of a period.
   *
   * @param props statistic, period and so on
   */
  public metricFreshness(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metric('Freshness', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  /**
   * Age in milliseconds of the record that the job reads, the longest of a period.
   *
   * @param props statistic, period and so on
   */
  public metricIteratorAge(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stream.metric('GetRecords.IteratorAgeMilliseconds', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  /**
   * Runs of the job that failed.
   *
   * @param props statistic, period and so on
   */
  public metricJobFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metric('RunFailures', props);
  }

  /**
   * Adds an action to every alarm.
   *
   * @param action what happens when an alarm goes off
   */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.monitoring.addAlarmAction(action);
  }

  private addOutputs(removalPolicy: RemovalPolicy): void {
    const fate = removalPolicy === RemovalPolicy.DESTROY ? 'deleted with the stack' : 'kept when the stack is deleted';
    const output = (id: string, value: string, description: string) => new CfnOutput(this, id, { value, description });
    output('EndpointUrl', this.endpointUrl, 'URL for trackers that take a URL with a path');
    output('HostUrl', this.hostUrl, 'URL for trackers that take a host (Segment, RudderStack)');
    if (this.customDomainTarget) output('CustomDomainTarget', this.customDomainTarget, 'What the DNS record of the custom domain points to');
    output('RawBucketName', this.rawBucket.bucketName, `Raw table; ${fate}`);
    output('LakehouseBucketName', this.lakehouseBucket.bucketName, `Events, bad events, checkpoints; ${fate}`);
    output('DatabaseName', this.databaseName, `Catalog database; ${fate}`);
    output('WorkGroupName', this.workGroupName, 'Athena workgroup');
    output('JobName', this.jobName, 'Glue job');
    if (this.dashboard) output('DashboardName', this.dashboard.dashboardName, 'CloudWatch dashboard');
  }
}

function createNetwork(scope: Construct, { vpc, vpcSubnets, network }: ClickstreamLakehouseProps): JobNetwork | undefined {
  if (vpc && network) throw new InvalidPropertyError('vpc excludes network: give the VPC or say which one to create');
  if (vpcSubnets && !vpc) throw new InvalidPropertyError('vpcSubnets selects subnets of vpc, which is not given');
  if (vpc) return new JobNetwork(scope, 'Network', { vpc, vpcSubnets });
  const isolated = (network ?? LakehouseNetwork.isolated())._isolated;
  return isolated && new JobNetwork(scope, 'Network', isolated);
}
