import {
  aws_apigateway as apigateway, aws_apigatewayv2 as apigatewayv2, aws_cloudwatch as cloudwatch, aws_lambda as lambda,
  Duration,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import type { CollectorOptions } from './collector-options';
import { LogOptions } from '../private/log-group';

/** The service between the internet and the collector function. */
export interface Edge {
  /** Host of the collector's URL, with the base path of a custom domain. */
  readonly location: string;
  /** Host of its own, which a custom domain does not change. */
  readonly ownHost: string;
  /** Stage with a slash before it, which the paths at its own host begin with. */
  readonly ownPath?: string;
  /** Target for a DNS record of the custom domain. */
  readonly customDomainTarget?: string;
  /** Requests come in by this resource: when it is deleted, none arrives any more. */
  readonly entrance: IConstruct;
  /** One of these three is set. */
  readonly restApi?: apigateway.RestApi;
  readonly httpApi?: apigatewayv2.HttpApi;
  readonly functionUrl?: lambda.FunctionUrl;
  readonly clientErrors: cloudwatch.IMetric;
  readonly serverErrors: cloudwatch.IMetric;
  /** The part of the requests that get a 5xx response, from 0 to 1. */
  serverErrorRate(period: Duration): cloudwatch.IMetric;
}

export type EdgeProps = LogOptions & Pick<
  CollectorOptions, 'allowedOrigins' | 'throttle' | 'accessLogs' | 'customDomain' | 'webAcl'
>;

/** Request limits of an API without `collector.throttle`. */
export const DEFAULT_THROTTLE = { rateLimit: 1000, burstLimit: 2000 };

/** A rate from two sums, where no metric has it as its average. */
export function rateOf(errors: cloudwatch.IMetric, requests: cloudwatch.IMetric, period: Duration): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: 'errors / requests',
    usingMetrics: { errors, requests },
    label: '5xx responses of all',
    period,
  });
}
