import {
  Annotations, aws_cloudwatch as cloudwatch, aws_lambda as lambda, aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { createCloudFrontSecret } from './cloud-front-secret';
import { CollectorEdge } from './collector-edge';
import { CollectorFunctionProps, createFunction } from './collector-function';
import { validateCollector, validateMeasuredSources } from './collector-validation';
import { Edge } from './edge';
import { createEdge } from './edges';
import { STAGE } from './rest-api';
import { ownMetric } from '../private/own-metric';

/** The HTTP endpoint that trackers send events to. */
export interface ICollectorEndpoint extends IConstruct {
  readonly edge: Edge;
  readonly collectorFunction: lambda.IFunction;
  /** Whether a source may have a limit of its own. A secret may set one. */
  readonly limitsSources: boolean;
  /** Text by which the function knows its distribution, or undefined without `cloudFront`. */
  readonly cloudFrontSecret?: secretsmanager.ISecret;
  /** A metric of the collector function's log, by the names in src/collector/function/metrics.ts. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** Accepted events of one of `measuredSources`. */
  metricEventsOf(sourceId: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

export type CollectorEndpointProps = CollectorFunctionProps;

/** Creates the edge that passes every request to the collector function. */
export class CollectorEndpoint extends Construct implements ICollectorEndpoint {
  public readonly edge: Edge;
  public readonly collectorFunction: lambda.IFunction;
  public readonly limitsSources: boolean;
  public readonly cloudFrontSecret?: secretsmanager.ISecret;
  /** URL with `/v1`, at the custom domain if there is one. */
  public readonly endpointUrl: string;
  /** The same URL without `/v1`. */
  public readonly hostUrl: string;
  /** Target for a DNS record of the custom domain. */
  public readonly customDomainTarget?: string;

  constructor(scope: Construct, id: string, props: CollectorEndpointProps) {
    super(scope, id);
    validateCollector(this, props);
    if (props.measuredSources) validateMeasuredSources(props.measuredSources, props);
    this.cloudFrontSecret = props.cloudFront && createCloudFrontSecret(this, props.encryptionKey);
    const collectorFunction = createFunction(this, props, this.cloudFrontSecret);
    this.collectorFunction = collectorFunction;
    this.limitsSources = props.writeKeysSecret !== undefined
      || Object.values(props.writeKeys ?? {}).some(({ rateLimit }) => rateLimit !== undefined);
    this.edge = createEdge(this, props.edge ?? CollectorEdge.REST_API, collectorFunction, props);
    this.hostUrl = `https://${this.edge.location}`;
    this.endpointUrl = `${this.hostUrl}/${STAGE}`;
    this.customDomainTarget = this.edge.customDomainTarget;
    if (!props.writeKeys && !props.writeKeysSecret) {
      Annotations.of(this).addWarningV2('cdk-clickstream-lakehouse:openCollector',
        'neither collector.writeKeys nor collector.writeKeysSecret is set: anybody who knows the URL can send events');
    }
  }

  public metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return ownMetric(metricName, { FunctionName: this.collectorFunction.functionName }, options);
  }

  public metricEventsOf(sourceId: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { functionName } = this.collectorFunction;
    return ownMetric('AcceptedEvents', { FunctionName: functionName, Source: sourceId }, options);
  }
}
