import {
  Annotations, aws_apigateway as apigateway, aws_apigatewayv2 as apigatewayv2, aws_cloudwatch as cloudwatch,
  aws_ec2 as ec2, aws_iam as iam, aws_kinesis as kinesis, aws_lambda as lambda, aws_s3 as s3,
  aws_secretsmanager as secretsmanager, CfnOutput, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
import { CloudFrontOrigin, cloudFrontOriginOf } from './collector/cloud-front-origin';
import { CollectorEndpoint } from './collector/collector-endpoint';
import { requireCompliant } from './compliance-validation';
import { CostAssumptions, CostEstimate } from './cost/cost-estimate';
import { estimate } from './cost/estimate';
import { Estimated } from './cost/facts';
import { createNetwork } from './create-network';
import { LakehouseMonitoring } from './monitoring/lakehouse-monitoring';
import { acknowledgeFindings } from './private/acknowledge-findings';
import { allowLogEncryption } from './private/encryption';
import { JobKeeper } from './processing/job-keeper';
import { StreamingJob } from './processing/streaming-job';
import { AthenaQuery } from './query/athena-query';
import { LakehouseStorage } from './storage/lakehouse-storage';
import { EventStream } from './stream/event-stream';
import { orderDeletion } from './teardown/deletion-order';
import { Emptying } from './teardown/emptying';
import { Teardown } from './teardown/teardown';

/**
 * A complete clickstream pipeline, from an HTTP endpoint for trackers to Delta tables that Athena queries.
 *
 * @example
 * const lakehouse = new ClickstreamLakehouse(this, 'Lakehouse');
 * new CfnOutput(this, 'CollectorUrl', { value: lakehouse.endpointUrl });
 */
export class ClickstreamLakehouse extends Construct implements ec2.IConnectable {
  /** The collector's API, or undefined unless `collector.edge` is a REST API. */
  public readonly api?: apigateway.IRestApi;
  /** The collector's HTTP API, or undefined with another `collector.edge`. */
  public readonly httpApi?: apigatewayv2.IHttpApi;
  /** The collector's function URL, or undefined with another `collector.edge`. */
  public readonly functionUrl?: lambda.IFunctionUrl;
  /** The collector function behind the edge. */
  public readonly collectorFunction: lambda.IFunction;
  /**
   * URL for trackers, ending in `/v1`. It is at the custom domain if there is one, and never that of a
   * `CollectorDistribution`.
   */
  public readonly endpointUrl: string;
  /** URL without `/v1`, for SDKs that append `/v1/…` to a host themselves, such as Segment's and RudderStack's. */
  public readonly hostUrl: string;
  /** Target for a DNS record of the custom domain, or undefined without a custom domain. */
  public readonly customDomainTarget?: string;
  /** Secret that a `CollectorDistribution` shares with the collector, or undefined without `collector.cloudFront`. */
  public readonly cloudFrontSecret?: secretsmanager.ISecret;
  /** The stream between collector and job. */
  public readonly stream: kinesis.IStream;
  /** VPC that the job runs in, or undefined when it runs outside any VPC. */
  public readonly vpc?: ec2.IVpc;
  /** Subnet that the job's workers run in, or undefined outside any VPC. */
  public readonly subnet?: ec2.ISubnet;
  /** Security group of the job's workers, or undefined outside any VPC. */
  public readonly securityGroup?: ec2.ISecurityGroup;
  /** Connections of the job's security group. They are empty outside any VPC. */
  public readonly connections: ec2.Connections;
  /** Name of the Glue job. */
  public readonly jobName: string;
  /** Role of the Glue job. */
  public readonly jobRole: iam.IRole;
  /** Bucket that holds the raw table. */
  public readonly rawBucket: s3.IBucket;
  /** Bucket that holds events, bad events and the job's checkpoints. */
  public readonly lakehouseBucket: s3.IBucket;
  /** Name of the catalog database. */
  public readonly databaseName: string;
  /** Name of the table that has every record as it was read from the stream. */
  public readonly rawTableName: string;
  /** Name of the table that has one row per event. */
  public readonly eventsTableName: string;
  /** Name of the table that has one row per bad event, with its reason and its bytes. */
  public readonly badEventsTableName: string;
  /** Name of the Athena workgroup. */
  public readonly workGroupName: string;
  /** The alarms, each with a description that says what to do. */
  public readonly alarms: cloudwatch.IAlarm[];
  /** The dashboard, or undefined if it is switched off. */
  public readonly dashboard?: cloudwatch.Dashboard;

  /** @internal */
  public readonly _cloudFrontOrigin?: CloudFrontOrigin;

  private readonly collector: CollectorEndpoint;
  private readonly job: StreamingJob;
  private readonly storage: LakehouseStorage;
  private readonly query: AthenaQuery;
  private readonly monitoring: LakehouseMonitoring;
  private readonly estimated: Estimated;

  /**
   * @param scope Parent construct
   * @param id Construct id
   * @param props Options of every stage, all optional
   */
  constructor(scope: Construct, id: string, props: ClickstreamLakehouseProps = {}) {
    super(scope, id);
    requireCompliant(props);
    const { encryptionKey, previousEncryptionKeys, logRetention, logGroup, removalPolicy } = props;
    const common = { encryptionKey, logRetention, logGroup };
    if (encryptionKey) allowLogEncryption(this, encryptionKey);

    const network = createNetwork(this, props);
    const eventStream = new EventStream(this, 'Stream', { ...props.stream, encryptionKey });
    const { stream, retention } = eventStream;
    const storage = new LakehouseStorage(this, 'Storage', {
      ...props.storage,
      encryptionKey,
      previousEncryptionKeys,
      removalPolicy,
      eventColumns: props.processing?.columns,
    });
    const collector = new CollectorEndpoint(this, 'Collector', {
      ...props.collector,
      ...props.privacy,
      ...common,
      stream,
      tracing: props.monitoring?.tracing,
      measuredSources: props.monitoring?.eventVolumeAnomaly?.sources,
    });
    const job = new StreamingJob(this, 'Job', {
      ...props.processing, ...common, stream, streamRetention: retention, storage, network,
    });
    const keeper = new JobKeeper(this, 'Keeper', {
      ...common, job, stream, tracing: props.monitoring?.tracing,
    });
    const query = new AthenaQuery(this, 'Query', { ...props.query, encryptionKey, storage });
    const monitoring = new LakehouseMonitoring(this, 'Monitoring', {
      ...props.monitoring, collector, eventStream, job, keeper,
    });
    const keepsData = removalPolicy !== RemovalPolicy.DESTROY;
    const teardown = new Teardown(this, 'Teardown', {
      ...props.teardown, ...common, job, stream, keepsData, network,
    });
    const emptying = new Emptying(this, 'Emptying', {
      ...props.teardown, ...common, buckets: [...storage.bucketsToEmpty, query.resultsBucket],
    });
    orderDeletion({ network, storage, query, job, teardown, emptying, keeper, collector });

    this.collector = collector;
    this.api = collector.edge.restApi;
    this.httpApi = collector.edge.httpApi;
    this.functionUrl = collector.edge.functionUrl;
    this.collectorFunction = collector.collectorFunction;
    this.endpointUrl = collector.endpointUrl;
    this.hostUrl = collector.hostUrl;
    this.customDomainTarget = collector.customDomainTarget;
    this.cloudFrontSecret = collector.cloudFrontSecret;
    this._cloudFrontOrigin = cloudFrontOriginOf(collector, props.collector);
    this.stream = stream;
    this.vpc = network?.vpc;
    this.subnet = network?.subnet;
    this.securityGroup = network?.securityGroup;
    this.connections = new ec2.Connections({ securityGroups: network && [network.securityGroup] });
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
    this.estimated = {
      scope: this,
      collector,
      job,
      keeper,
      keys: [encryptionKey, ...previousEncryptionKeys ?? []].filter(key => key !== undefined),
      secrets: [props.collector?.writeKeysSecret, props.processing?.pseudonymKeySecret, collector.cloudFrontSecret]
        .filter(secret => secret !== undefined),
      hasVpc: network !== undefined,
    };
    this.addOutputs(props);
    this.tellIdleCost();
    acknowledgeFindings(this);
  }

  /**
   * Estimates the cost of a month with some traffic, item by item, from the resources of this construct. docs/cost.md
   * says what is in it and what is not.
   *
   * @param assumptions Traffic, and prices of your own
   * @example const estimate = lakehouse.estimatedMonthlyCost({ eventsPerSecond: 100, eventsPerRequest: 10 });
   */
  public estimatedMonthlyCost(assumptions: CostAssumptions): CostEstimate {
    return estimate(this.estimated, assumptions);
  }

  /**
   * Lets the grantee bypass the collector and write lines of canonical events to the stream.
   *
   * @param grantee Principal that writes
   * @example lakehouse.grantIngest(role);
   */
  public grantIngest(grantee: iam.IGrantable): iam.Grant {
    return this.stream.grantWrite(grantee);
  }

  /**
   * Lets the grantee, a principal of the stack's account, query the tables in the Athena workgroup.
   *
   * @param grantee Principal that queries
   * @example lakehouse.grantQuery(role);
   */
  public grantQuery(grantee: iam.IGrantable): iam.Grant {
    return this.query.grantQuery(grantee);
  }

  /**
   * Lets the grantee read the tables with any engine: their catalog entries and their files. For a principal of another
   * account, the buckets and keys of this construct get the statements. See docs/existing-resources.md for the rest.
   *
   * @param grantee Principal that reads
   * @example lakehouse.grantReadTables(role);
   */
  public grantReadTables(grantee: iam.IGrantable): iam.Grant {
    return this.storage.grantRead(grantee);
  }

  /**
   * Metric of the events that the collector has stored.
   *
   * @param props Statistic, period and so on
   * @example lakehouse.metricAcceptedEvents({ period: Duration.hours(1) });
   */
  public metricAcceptedEvents(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.collector.metric('AcceptedEvents', props);
  }

  /**
   * Metric of the bad events that the collector has stored.
   *
   * @param props Statistic, period and so on
   * @example lakehouse.metricBadEvents({ period: Duration.hours(1) });
   */
  public metricBadEvents(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.collector.metric('BadEvents', props);
  }

  /**
   * Metric of the longest time from the collector to the row, in milliseconds.
   *
   * @param props Statistic, period and so on
   * @example lakehouse.metricFreshness({ statistic: cloudwatch.Stats.p(95) });
   */
  public metricFreshness(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metric('Freshness', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  /**
   * Metric of the highest age of the record being read, in milliseconds.
   *
   * @param props Statistic, period and so on
   * @example lakehouse.metricIteratorAge({ period: Duration.minutes(1) });
   */
  public metricIteratorAge(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stream.metric('GetRecords.IteratorAgeMilliseconds', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  /**
   * Metric of the job runs that failed.
   *
   * @param props Statistic, period and so on
   * @example lakehouse.metricJobFailures({ period: Duration.days(1) });
   */
  public metricJobFailures(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metric('RunFailures', props);
  }

  /**
   * Adds an action to every alarm.
   *
   * @param action Action to take when an alarm goes off
   * @example lakehouse.addAlarmAction(new actions.SnsAction(topic));
   */
  public addAlarmAction(action: cloudwatch.IAlarmAction): void {
    this.monitoring.addAlarmAction(action);
  }

  private tellIdleCost(): void {
    const { total, region } = this.estimatedMonthlyCost({ eventsPerSecond: 0 });
    Annotations.of(this).addInfoV2('cdk-clickstream-lakehouse:idleCost',
      `costs about ${Math.round(total)} USD a month without traffic, by prices of ${region}: `
      + 'estimatedMonthlyCost() itemises it and adds traffic');
  }

  private addOutputs({ removalPolicy, storage }: ClickstreamLakehouseProps): void {
    const fate = (given?: object) => removalPolicy === RemovalPolicy.DESTROY && !given
      ? 'deleted with the stack' : 'kept when the stack is deleted';
    const output = (id: string, value: string, description: string) => new CfnOutput(this, id, { value, description });
    output('EndpointUrl', this.endpointUrl, 'URL for trackers that take a URL with a path');
    output('HostUrl', this.hostUrl, 'URL for trackers that take a host (Segment, RudderStack)');
    if (this.customDomainTarget) {
      output('CustomDomainTarget', this.customDomainTarget, 'Target for the DNS record of the custom domain');
    }
    output('RawBucketName', this.rawBucket.bucketName, `Raw table; ${fate(storage?.rawBucket)}`);
    output('LakehouseBucketName', this.lakehouseBucket.bucketName,
      `Events, bad events, checkpoints; ${fate(storage?.lakehouseBucket)}`);
    output('DatabaseName', this.databaseName, `Catalog database; ${fate(storage?.database)}`);
    output('WorkGroupName', this.workGroupName, 'Athena workgroup');
    output('JobName', this.jobName, 'Glue job');
    if (this.dashboard) output('DashboardName', this.dashboard.dashboardName, 'CloudWatch dashboard');
  }
}
