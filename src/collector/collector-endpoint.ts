import {
  Annotations, aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_kinesis as kinesis, aws_kms as kms, aws_lambda as lambda,
  aws_logs as logs, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { createApi, STAGE } from './collector-api';
import { createFunction } from './collector-function';
import type { IngestionOptions } from './collector-options';
import { validateIngestion } from './collector-validation';
import { mapCustomDomain } from './custom-domain';
import type { PrivacyOptions } from './privacy-options';

/** Properties of CollectorEndpoint. */
export interface CollectorEndpointProps extends IngestionOptions, PrivacyOptions {
  /** Stream that events are written to. */
  readonly stream: kinesis.IStream;

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

/** HTTP endpoint that trackers send events to: a REST API whose every path is answered by the collector function. */
export class CollectorEndpoint extends Construct {
  /** The API. */
  public readonly api: apigateway.RestApi;
  /** The collector. */
  public readonly collectorFunction: lambda.IFunction;
  /** URL for trackers, ending in `/v1`, at the custom domain if there is one. */
  public readonly endpointUrl: string;
  /** The same without `/v1`, for SDKs that take a host and append `/v1/…` themselves, as Segment's and RudderStack's do. */
  public readonly hostUrl: string;
  /** What a DNS record of the custom domain must point to; undefined without one. */
  public readonly customDomainTarget?: string;
  /** Namespace of the collector's metrics. */
  public readonly metricsNamespace: string;

  /**
   * @param scope parent construct
   * @param id construct id
   * @param props see CollectorEndpointProps
   */
  constructor(scope: Construct, id: string, props: CollectorEndpointProps) {
    super(scope, id);
    validateIngestion(this, props);
    this.metricsNamespace = props.metricsNamespace ?? 'ClickstreamLakehouse';
    const common = { logRetention: props.logRetention ?? logs.RetentionDays.ONE_MONTH, metricsNamespace: this.metricsNamespace };
    const collector = createFunction(this, { ...props, ...common });
    this.collectorFunction = collector;
    this.api = createApi(this, collector, { ...props, ...common });
    props.waf?._protect(this, this.api.deploymentStage);

    const domain = props.customDomain && mapCustomDomain(this, this.api, props.customDomain);
    const { region, urlSuffix } = Stack.of(this);
    this.hostUrl = `https://${domain?.location ?? `${this.api.restApiId}.execute-api.${region}.${urlSuffix}`}`;
    this.endpointUrl = `${this.hostUrl}/${STAGE}`;
    this.customDomainTarget = domain?.target;
    if (!props.writeKeys && !props.writeKeysSecret) {
      Annotations.of(this).addWarningV2('cdk-clickstream-lakehouse:openCollector',
        'neither ingestion.writeKeys nor ingestion.writeKeysSecret is set: anybody who knows the URL can send events');
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
}
