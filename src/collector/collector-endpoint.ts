import {
  Annotations, aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_lambda as lambda, Stack,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { createApi, STAGE } from './collector-api';
import { CollectorFunctionProps, createFunction } from './collector-function';
import { validateCollector } from './collector-validation';
import { mapCustomDomain } from './custom-domain';
import { ownMetric } from '../private/own-metric';

/** The HTTP endpoint that trackers send events to. */
export interface ICollectorEndpoint extends IConstruct {
  readonly api: apigateway.RestApi;
  readonly collectorFunction: lambda.IFunction;
  /** A metric of the collector function's log, by the names in src/collector/function/metrics.ts. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

export type CollectorEndpointProps = CollectorFunctionProps;

/** Creates a REST API that passes every request to the collector function. */
export class CollectorEndpoint extends Construct implements ICollectorEndpoint {
  public readonly api: apigateway.RestApi;
  public readonly collectorFunction: lambda.IFunction;
  /** URL with the stage `/v1`, at the custom domain if there is one. */
  public readonly endpointUrl: string;
  /** The same URL without `/v1`. */
  public readonly hostUrl: string;
  /** Target for a DNS record of the custom domain. */
  public readonly customDomainTarget?: string;

  constructor(scope: Construct, id: string, props: CollectorEndpointProps) {
    super(scope, id);
    validateCollector(this, props);
    const collectorFunction = createFunction(this, props);
    this.collectorFunction = collectorFunction;
    this.api = createApi(this, collectorFunction, props);
    props.webAcl?._protect(this, this.api.deploymentStage);

    const domain = props.customDomain && mapCustomDomain(this, this.api, props.customDomain);
    const { region, urlSuffix } = Stack.of(this);
    this.hostUrl = `https://${domain?.location ?? `${this.api.restApiId}.execute-api.${region}.${urlSuffix}`}`;
    this.endpointUrl = `${this.hostUrl}/${STAGE}`;
    this.customDomainTarget = domain?.target;
    if (!props.writeKeys && !props.writeKeysSecret) {
      Annotations.of(this).addWarningV2('cdk-clickstream-lakehouse:openCollector',
        'neither collector.writeKeys nor collector.writeKeysSecret is set: anybody who knows the URL can send events');
    }
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(metricName, { FunctionName: this.collectorFunction.functionName }, options);
  }
}
