import {
  aws_apigateway as apigateway, aws_apigatewayv2 as apigatewayv2, aws_cloudwatch as cloudwatch, aws_ec2 as ec2,
  aws_kinesis as kinesis, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_secretsmanager as secretsmanager,
  aws_wafv2 as wafv2, Stack, Token,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ICollectorEndpoint } from '../collector/collector-endpoint';
import { IJobKeeper } from '../processing/job-keeper';
import { WorkerType } from '../processing/processing-options';
import { IStreamingJob } from '../processing/streaming-job';

/** The lakehouse whose cost is estimated. */
export interface Estimated {
  /** Every resource below it is in the estimate. */
  readonly scope: IConstruct;
  readonly collector: ICollectorEndpoint;
  readonly job: IStreamingJob;
  readonly keeper: IJobKeeper;
  /** Keys and secrets, wherever they are created. */
  readonly keys: readonly kms.IKey[];
  readonly secrets: readonly secretsmanager.ISecret[];
  /** Whether the job runs in a VPC. */
  readonly hasVpc: boolean;
}

/** The values that the bill depends on, as the resources have them. */
export interface Facts {
  /** Undefined when it is known only at deployment. */
  readonly region?: string;
  readonly collector: {
    readonly memoryMb: number;
    readonly isTraced: boolean;
    readonly hasAccessLog: boolean;
    readonly edge: 'restApi' | 'httpApi' | 'functionUrl';
    /** Requests per second that the edge lets through, and the option that limits them. */
    readonly rateLimit: number;
    readonly limitedBy: string;
    /** Whether requests come through a distribution. */
    readonly hasCloudFront: boolean;
    /** Undefined without a web ACL. One that the user has is here without its rules. */
    readonly webAcl?: { readonly rules?: number };
  };
  /** Undefined for a stream that the user has. */
  readonly stream?: {
    /** Undefined when on demand. */
    readonly shards?: number;
    readonly retentionHours: number;
  };
  readonly job: {
    readonly glueMajorVersion: number;
    readonly workers: number;
    readonly dpusPerWorker: number;
    readonly isFlex: boolean;
    readonly triggerSeconds: number;
    /** Undefined for a continuous job. */
    readonly startsPerDay?: number;
    readonly hasTransform: boolean;
    readonly hasGlueMetrics: boolean;
  };
  /** Interface endpoints, each as often as it has zones. */
  readonly endpoints: number;
  readonly hasOwnVpc: boolean;
  readonly keeperMemoryMb: number;
  readonly isKeeperTraced: boolean;
  readonly alarmMetrics: number;
  /** Metrics of single sources, each with an anomaly detector. */
  readonly sourceMetrics: number;
  readonly dashboards: number;
  /** Infinity when logs are kept for ever. */
  readonly logRetentionDays: number;
  readonly keys: number;
  readonly secrets: number;
  /** Remarks on values that are known only at deployment. */
  readonly notes: readonly string[];
}

/**
 * A function URL takes ten times as many requests per second as its function has reserved concurrency.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-throttling
 */
const URL_RATE_FACTOR = 10;

/** A DPU is 4 vCPUs and 16 GB: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html */
const DPUS: Readonly<Record<string, number>> = {
  [WorkerType.G_1X]: 1, [WorkerType.G_2X]: 2, [WorkerType.G_4X]: 4, [WorkerType.G_8X]: 8,
};

/** Reads the resources, so that whatever a later version of the stages creates or changes is in the estimate. */
export function factsOf(estimated: Estimated): Facts {
  const { scope, keys, secrets, hasVpc } = estimated;
  const nodes = scope.node.findAll();
  const reader = new Reader();
  const { region } = Stack.of(scope);
  const endpoints = nodes.filter(ec2.CfnVPCEndpoint.isCfnVPCEndpoint)
    .filter(({ vpcEndpointType }) => vpcEndpointType === 'Interface');
  const groups = nodes.filter(logs.CfnLogGroup.isCfnLogGroup);
  return {
    region: Token.isUnresolved(region) ? undefined : region,
    collector: collectorFacts(nodes, estimated, reader),
    stream: nodes.filter(kinesis.CfnStream.isCfnStream).map(stream => streamFacts(stream, reader))[0],
    job: jobFacts(estimated, reader),
    endpoints: endpoints.reduce((sum, { subnetIds }) => sum + (subnetIds?.length ?? 1), 0),
    hasOwnVpc: hasVpc && !nodes.some(ec2.CfnVPC.isCfnVPC),
    keeperMemoryMb: memoryOf(estimated.keeper.keeperFunction, reader),
    isKeeperTraced: isTraced(estimated.keeper.keeperFunction),
    alarmMetrics: nodes.filter(cloudwatch.CfnAlarm.isCfnAlarm).reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    sourceMetrics: nodes.filter(cloudwatch.CfnAnomalyDetector.isCfnAnomalyDetector).length,
    dashboards: nodes.filter(cloudwatch.CfnDashboard.isCfnDashboard).length,
    logRetentionDays: Math.max(...groups.map(({ retentionInDays = Infinity }) => retentionInDays)),
    keys: new Set(keys.map(key => key.keyArn)).size,
    secrets: new Set(secrets.map(secret => secret.secretArn)).size,
    notes: reader.notes,
  };
}

/** Takes a number's place where it is known only at deployment, and says so. */
class Reader {
  public readonly notes: string[] = [];

  public number(property: string, value: number | undefined, otherwise: number): number {
    if (value === undefined) return otherwise;
    if (!Token.isUnresolved(value)) return value;
    this.notes.push(`${property} is known only at deployment: ${otherwise} is assumed`);
    return otherwise;
  }
}

function collectorFacts(
  nodes: readonly IConstruct[], { collector }: Estimated, reader: Reader,
): Facts['collector'] {
  const acls = nodes.filter(wafv2.CfnWebACL.isCfnWebACL);
  const isProtected = nodes.some(wafv2.CfnWebACLAssociation.isCfnWebACLAssociation);
  return {
    ...edgeFacts(nodes, collector.collectorFunction, reader),
    memoryMb: memoryOf(collector.collectorFunction, reader),
    isTraced: isTraced(collector.collectorFunction),
    hasCloudFront: collector.cloudFrontSecret !== undefined,
    webAcl: isProtected ? { rules: acls.map(({ rules }) => (rules as unknown[]).length)[0] } : undefined,
  };
}

function edgeFacts(
  nodes: readonly IConstruct[], collector: lambda.IFunction, reader: Reader,
): Pick<Facts['collector'], 'edge' | 'hasAccessLog' | 'rateLimit' | 'limitedBy'> {
  const limitOf = (option: string, limit: number | undefined) =>
    ({ rateLimit: reader.number(option, limit, Infinity), limitedBy: option });
  const throttled = (limit: number | undefined) => limitOf('collector.throttle.rateLimit', limit);
  const [stage] = nodes.filter(apigateway.CfnStage.isCfnStage);
  if (stage) {
    const [settings] = (stage.methodSettings ?? []) as apigateway.CfnStage.MethodSettingProperty[];
    const hasAccessLog = stage.accessLogSetting !== undefined;
    return { edge: 'restApi', hasAccessLog, ...throttled(settings?.throttlingRateLimit) };
  }
  const [httpStage] = nodes.filter(apigatewayv2.CfnStage.isCfnStage);
  if (httpStage) {
    const settings = httpStage.defaultRouteSettings as apigatewayv2.CfnStage.RouteSettingsProperty | undefined;
    const hasAccessLog = httpStage.accessLogSettings !== undefined;
    return { edge: 'httpApi', hasAccessLog, ...throttled(settings?.throttlingRateLimit) };
  }
  const { reservedConcurrentExecutions: reserved } = collector.node.defaultChild as lambda.CfnFunction;
  const rate = reserved === undefined || Token.isUnresolved(reserved) ? reserved : URL_RATE_FACTOR * reserved;
  return { edge: 'functionUrl', hasAccessLog: false, ...limitOf('collector.reservedConcurrency', rate) };
}

function streamFacts({ shardCount, retentionPeriodHours }: kinesis.CfnStream, reader: Reader): Facts['stream'] {
  return {
    shards: shardCount === undefined ? undefined : reader.number('stream.capacity', shardCount, 1),
    retentionHours: reader.number('stream.retention', retentionPeriodHours, 24),
  };
}

function jobFacts({ job: { resource: job, schedule } }: Estimated, reader: Reader): Facts['job'] {
  const args = job.defaultArguments as Record<string, string>;
  const { isContinuous, _startsPerDay: starts } = schedule;
  if (!isContinuous && starts === undefined) {
    reader.notes.push('processing.schedule is known only at deployment: a run every hour is assumed');
  }
  return {
    glueMajorVersion: Number.parseInt(job.glueVersion ?? '0'),
    workers: reader.number('processing.workers', job.numberOfWorkers, 2),
    dpusPerWorker: DPUS[job.workerType ?? WorkerType.G_1X] ?? 1,
    isFlex: job.executionClass === 'FLEX',
    triggerSeconds: reader.number('processing.triggerInterval', Number(args['--trigger_seconds']), 30),
    startsPerDay: isContinuous ? undefined : starts ?? 24,
    hasTransform: args['--transform'] !== undefined,
    hasGlueMetrics: args['--enable-metrics'] !== undefined,
  };
}

function memoryOf(handler: lambda.IFunction, reader: Reader): number {
  const { memorySize } = handler.node.defaultChild as lambda.CfnFunction;
  return reader.number('collector.memorySize', memorySize, 512);
}

function isTraced(handler: lambda.IFunction): boolean {
  const { tracingConfig } = handler.node.defaultChild as lambda.CfnFunction;
  return (tracingConfig as lambda.CfnFunction.TracingConfigProperty | undefined)?.mode === lambda.Tracing.ACTIVE;
}

/** CloudWatch bills an alarm by the metrics it looks at. Of an anomaly, the bounds of the range are two more. */
function metricsOf({ metrics, thresholdMetricId }: cloudwatch.CfnAlarm): number {
  if (metrics === undefined) return 1;
  const queries = metrics as cloudwatch.CfnAlarm.MetricDataQueryProperty[];
  return queries.filter(({ metricStat }) => metricStat !== undefined).length + (thresholdMetricId ? 2 : 0);
}
