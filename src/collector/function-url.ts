import { aws_lambda as lambda, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Edge, rateOf } from './edge';

/**
 * The function's own URL, open to everybody: CDK adds both permissions that a URL has needed since October 2025. Its
 * CORS headers are the collector's.
 */
export function createFunctionUrl(scope: Construct, collector: lambda.Function): Edge {
  const functionUrl = new lambda.FunctionUrl(scope, 'FunctionUrl', {
    function: collector, authType: lambda.FunctionUrlAuthType.NONE,
  });
  const sumOf = (name: string) => collector.metric(name, { statistic: 'Sum' });
  const serverErrors = sumOf('Url5xxCount');
  const ownHost = Fn.select(2, Fn.split('/', functionUrl.url)); // it is https://<host>/
  return {
    location: ownHost,
    ownHost,
    entrance: functionUrl,
    functionUrl,
    clientErrors: sumOf('Url4xxCount'),
    serverErrors,
    serverErrorRate: period => rateOf(serverErrors, sumOf('UrlRequestCount'), period),
  };
}
