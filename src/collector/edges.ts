import { Annotations, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CollectorEdge } from './collector-edge';
import type { CollectorOptions } from './collector-options';
import { Edge, EdgeProps } from './edge';
import { createFunctionUrl } from './function-url';
import { createHttpApi } from './http-api';
import { createRestApi } from './rest-api';
import { InvalidPropertyError } from '../private/validate';

interface Form {
  /** Creates it as children of `scope`. */
  readonly create: (scope: Construct, collector: lambda.Function, props: EdgeProps) => Edge;
  /** Options that it has nothing for, each with the rest of the sentence that refuses it. */
  readonly refuses: Partial<Record<keyof CollectorOptions, string>>;
  /** Its shortcomings, said when it is synthesized. */
  readonly lacks?: string;
}

const NO_WAF = 'which AWS WAF does not protect: take REST_API, or give one to a CollectorDistribution';

/** The one place that tells the edges apart. */
const FORMS: Readonly<Record<CollectorEdge, Form>> = {
  [CollectorEdge.REST_API]: { create: createRestApi, refuses: {} },
  [CollectorEdge.HTTP_API]: {
    create: createHttpApi,
    refuses: { webAcl: NO_WAF },
    lacks: "no web ACL, and its own errors (throttled, too large, unavailable) have API Gateway's body, no CORS "
      + 'headers and no Retry-After',
  },
  [CollectorEdge.FUNCTION_URL]: {
    create: createFunctionUrl,
    refuses: {
      webAcl: NO_WAF,
      customDomain: 'which has only its own domain: take REST_API or HTTP_API, or give it to a CollectorDistribution',
      throttle: 'which has none: set collector.reservedConcurrency to a tenth of the requests per second instead',
      accessLogs: 'which writes none: take REST_API or HTTP_API, or leave it out',
    },
    lacks: "no custom domain, no web ACL, no throttle, no access log, and its own errors have Lambda's body, no CORS "
      + 'headers and no Retry-After',
  },
};

/** Shortcoming of all edges but a REST API: they decide by the content type alone what is text. */
const GZIP_AS_TEXT = 'it breaks gzipped bodies whose content type is JSON or text, so switch compression off in SDKs';

export function createEdge(
  scope: Construct, edge: CollectorEdge, collector: lambda.Function, props: EdgeProps,
): Edge {
  const { create, lacks } = FORMS[edge];
  if (lacks) {
    Annotations.of(scope).addInfoV2('cdk-clickstream-lakehouse:edge',
      `collector.edge ${edge} has ${lacks}; ${GZIP_AS_TEXT}: see docs/collector.md#edges`);
  }
  return create(scope, collector, props);
}

/** @throws InvalidPropertyError for an option that the edge has nothing for */
export function requireFittingEdge(options: CollectorOptions): void {
  const { edge = CollectorEdge.REST_API } = options;
  for (const [name, why] of Object.entries(FORMS[edge].refuses)) {
    const value = options[name as keyof CollectorOptions];
    if (value === undefined || value === false) continue;
    throw new InvalidPropertyError(`collector.${name} cannot be combined with collector.edge ${edge}, ${why}`);
  }
}
