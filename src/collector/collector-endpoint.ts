import {
  Annotations, aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms,
  aws_lambda as lambda, aws_logs as logs, Duration, Names, RemovalPolicy, Stack, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CollectorEnvironment } from './environment';
import { addGatewayResponses } from './gateway-responses';
import { HandlerFunction, ownLogGroup } from '../private/handler-function';
import { InvalidPropertyError, requireBetween, requireMatch } from '../private/validate';

/** Who may send events, recognised by a write key. */
export interface WriteKeySource {
  /** Valid keys: two of them while one replaces the other. */
  readonly keys: string[];

  /**
   * Application that events of this source belong to.
   *
   * @default - as the request says
   */
  readonly appId?: string;
}

/** What is kept of client addresses; the rest never reaches the stream. */
export enum ClientIp {
  /** The network: /24 of IPv4, /48 of IPv6. */
  TRUNCATE = 'truncate',
  /** Nothing. */
  DROP = 'drop',
  /** The whole address. */
  FULL = 'full',
}

/** How fast the collector may be called; what exceeds it is answered with 429. */
export interface IngestionThrottle {
  /** Requests per second, on average. */
  readonly rateLimit: number;
  /** Requests at once. */
  readonly burstLimit: number;
}

/** Options of the collector. */
export interface IngestionOptions {
  /**
   * Origins whose pages may send events, like `https://shop.example`.
   *
   * @default - every origin
   */
  readonly allowedOrigins?: string[];

  /**
   * Who may send events: source id to write keys. They are stored in the function's environment, at most 3 KB in all.
   *
   * @default - anybody
   */
  readonly writeKeys?: { [sourceId: string]: WriteKeySource };

  /**
   * Limit of requests.
   *
   * @default - 1,000 a second, 2,000 at once
   */
  readonly throttle?: IngestionThrottle;

  /**
   * Memory of the function in MB, 128 to 10,240; its share of a processor grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * Concurrency kept for the function. New accounts have too little to reserve any.
   *
   * @default - none reserved
   */
  readonly reservedConcurrency?: number;

  /**
   * Writes an access log without addresses, agents or bodies. It needs API Gateway's account-wide CloudWatch role, which is
   * created with it and left behind on deletion, because other APIs of the account may have come to use it.
   *
   * @default true
   */
  readonly accessLogs?: boolean;
}

/** Properties of CollectorEndpoint. */
export interface CollectorEndpointProps extends IngestionOptions {
  /** Stream that events are written to. */
  readonly stream: kinesis.IStream;

  /**
   * What is kept of client addresses.
   *
   * @default ClientIp.TRUNCATE
   */
  readonly clientIp?: ClientIp;

  /**
   * CloudWatch namespace of the collector's metrics.
   *
   * @default 'ClickstreamLakehouse'
   */
  readonly metricsNamespace?: string;

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

/** SDKs that build `new URL('/v1/batch', host)` drop the stage of a plain API URL; named so, it is what they ask for. */
const STAGE = 'v1';

/** Lambda allows 4 KB for all variables. */
const MAX_WRITE_KEYS_BYTES = 3 * 1024;

/** HTTP endpoint that trackers send events to: a REST API whose every path is answered by the collector function. */
export class CollectorEndpoint extends Construct {
  /** The API. */
  public readonly api: apigateway.RestApi;
  /** The collector. */
  public readonly collectorFunction: lambda.IFunction;
  /** URL for trackers, stage included, without a trailing slash. */
  public readonly endpointUrl: string;
  /** The same without the stage, for SDKs that take a host and append `/v1/…` themselves, as Segment's and RudderStack's do. */
  public readonly hostUrl: string;
  /** Namespace of the collector's metrics. */
  public readonly metricsNamespace: string;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see CollectorEndpointProps
   */
  constructor(scope: Construct, id: string, props: CollectorEndpointProps) {
    super(scope, id);
    validate(props);
    this.metricsNamespace = props.metricsNamespace ?? 'ClickstreamLakehouse';
    const collector = this.createFunction(props);
    this.collectorFunction = collector;
    this.api = this.createApi(props);
    this.route(collector);
    addGatewayResponses(this.api, props.allowedOrigins);
    const { region, urlSuffix } = Stack.of(this);
    this.hostUrl = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}`;
    this.endpointUrl = `${this.hostUrl}/${STAGE}`;
    if (!props.writeKeys) {
      Annotations.of(this).addWarningV2('cdk-clickstream-lakehouse:openCollector',
        'ingestion.writeKeys is not set: anybody who knows the URL can send events');
    }
  }

  /**
   * A metric of the collector: Requests, AcceptedEvents, BadEvents, ReceivedBytes, StoreRetries, StoreFailures or Latency.
   *
   * @param metricName name of the metric
   * @param props statistic, period and so on
   */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: this.metricsNamespace,
      metricName,
      dimensionsMap: { FunctionName: this.collectorFunction.functionName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    });
  }

  private createFunction(props: CollectorEndpointProps): HandlerFunction {
    const environment: CollectorEnvironment = {
      STREAM_NAME: props.stream.streamName,
      METRICS_NAMESPACE: this.metricsNamespace,
      CLIENT_IP: props.clientIp ?? ClientIp.TRUNCATE,
      ...(props.allowedOrigins && { ALLOWED_ORIGINS: props.allowedOrigins.join(',') }),
      ...(props.writeKeys && { WRITE_KEYS: Stack.of(this).toJsonString(props.writeKeys) }),
    };
    return new HandlerFunction(this, 'Function', {
      entrypoint: 'collector/collector.lambda',
      description: 'Clickstream collector: tracker requests to Kinesis',
      // API Gateway gives up after 29 s; the function must have answered by then.
      timeout: Duration.seconds(28),
      memorySize: props.memorySize ?? 512,
      environment: { ...environment },
      logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH,
      encryptionKey: props.encryptionKey,
      reservedConcurrentExecutions: props.reservedConcurrency,
      statements: [
        new iam.PolicyStatement({ sid: 'WriteStream', actions: ['kinesis:PutRecords'], resources: [props.stream.streamArn] }),
        ...(props.stream.encryptionKey
          ? [new iam.PolicyStatement({ sid: 'EncryptRecords', actions: ['kms:GenerateDataKey'], resources: [props.stream.encryptionKey.keyArn] })]
          : []),
      ],
    });
  }

  private createApi(props: CollectorEndpointProps): apigateway.RestApi {
    const accessLog = props.accessLogs ?? true
      ? ownLogGroup(this, 'AccessLog', props.logRetention ?? logs.RetentionDays.ONE_MONTH, props.encryptionKey)
      : undefined;
    const api = new apigateway.RestApi(this, 'Api', {
      restApiName: Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }), // its metrics go by this name
      description: 'Clickstream collector',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      binaryMediaTypes: ['*/*'], // bodies arrive as sent: gzip stays gzip
      cloudWatchRole: false, // ours is written out below
      deployOptions: {
        stageName: STAGE,
        throttlingRateLimit: props.throttle?.rateLimit ?? 1000,
        throttlingBurstLimit: props.throttle?.burstLimit ?? 2000,
        ...(accessLog && {
          accessLogDestination: new apigateway.LogGroupLogDestination(accessLog),
          accessLogFormat: ACCESS_LOG_FORMAT,
        }),
      },
    });
    api.node.tryRemoveChild('Endpoint'); // an output; ours is named endpointUrl
    if (accessLog) api.deploymentStage.node.addDependency(this.allowAccessLogs());
    return api;
  }

  /** Account-wide: without it API Gateway refuses a stage that has an access log. */
  private allowAccessLogs(): apigateway.CfnAccount {
    const role = new iam.Role(this, 'AccessLogRole', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        WriteLogs: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({
            actions: [
              'logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams',
              'logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:PutLogEvents',
            ],
            resources: ['*'], // the role serves every API of the account
          })],
        }),
      },
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new apigateway.CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }

  /** OPTIONS goes to the collector too: mock integrations break with binary media types. */
  private route(collector: lambda.Function): void {
    const integration = new apigateway.LambdaIntegration(collector, { allowTestInvoke: false });
    const open = { authorizationType: apigateway.AuthorizationType.NONE };
    this.api.root.addMethod('ANY', integration, open);
    this.api.root.addResource('{proxy+}').addMethod('ANY', integration, open);
  }
}

/** No address, no agent, no query: access logs hold no personal data. */
const ACCESS_LOG_FORMAT = apigateway.AccessLogFormat.custom(JSON.stringify({
  requestId: apigateway.AccessLogField.contextRequestId(),
  time: apigateway.AccessLogField.contextRequestTimeEpoch(),
  method: apigateway.AccessLogField.contextHttpMethod(),
  status: apigateway.AccessLogField.contextStatus(),
  error: apigateway.AccessLogField.contextErrorResponseType(),
  length: apigateway.AccessLogField.contextResponseLength(),
  latency: apigateway.AccessLogField.contextResponseLatency(),
  integrationLatency: apigateway.AccessLogField.contextIntegrationLatency(),
}));

function validate(props: CollectorEndpointProps): void {
  requireBetween('ingestion.memorySize', props.memorySize, 128, 10_240);
  requireBetween('ingestion.reservedConcurrency', props.reservedConcurrency, 1, 1_000_000);
  requireBetween('ingestion.throttle.rateLimit', props.throttle?.rateLimit, 1, 1_000_000);
  requireBetween('ingestion.throttle.burstLimit', props.throttle?.burstLimit, 1, 1_000_000);
  if (props.allowedOrigins?.length === 0) throw new InvalidPropertyError('ingestion.allowedOrigins is empty: leave it out to allow every origin');
  for (const origin of props.allowedOrigins ?? []) {
    requireMatch('ingestion.allowedOrigins', origin, /^[a-z][a-z0-9+.-]*:\/\/[^/\s',]+$/, 'origins: scheme and host without a path, like https://shop.example');
  }
  if (props.writeKeys) validateWriteKeys(props.writeKeys);
}

function validateWriteKeys(writeKeys: { [sourceId: string]: WriteKeySource }): void {
  const sources = Object.entries(writeKeys);
  if (sources.length === 0) throw new InvalidPropertyError('ingestion.writeKeys is empty: nobody could send events; leave it out to let anybody');
  for (const [source, { keys }] of sources) {
    if (keys.length === 0 || keys.some(key => !Token.isUnresolved(key) && key.trim() === '')) {
      throw new InvalidPropertyError(`ingestion.writeKeys['${source}'].keys must hold at least one key and no empty one`);
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(writeKeys));
  if (bytes > MAX_WRITE_KEYS_BYTES) {
    throw new InvalidPropertyError(`ingestion.writeKeys must be at most ${MAX_WRITE_KEYS_BYTES} bytes as JSON, got ${bytes}: `
      + 'it is stored in the environment of the function');
  }
}
