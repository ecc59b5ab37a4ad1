/** Reads what the template says of the collector's edge: a REST API, an HTTP API or a function URL. */
import { Json, TemplateError } from './intrinsics';
import type { LambdaFunction, Properties, Template } from './template';

/** An answer that API Gateway gives by itself, without asking the function. */
export interface GatewayResponse {
  readonly statusCode?: number;
  /** Header name → `'static'` or `method.request.header.<name>`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly template: string;
}

interface AnyEdge {
  readonly integration: LambdaFunction;
  readonly integrationTimeoutMs: number;
  /** Requests per second and at once; absent: no limit. */
  readonly rateLimit?: number;
  readonly burstLimit?: number;
}

export interface RestApi extends AnyEdge {
  readonly kind: 'REST API';
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
}

export interface HttpApi extends AnyEdge {
  readonly kind: 'HTTP API';
}

export interface FunctionUrl extends AnyEdge {
  readonly kind: 'function URL';
}

export type EdgeTemplate = RestApi | HttpApi | FunctionUrl;

/** A REST API's default. It cannot be raised without a quota increase. */
const REST_TIMEOUT_MS = 29_000;
/** An HTTP API's default, and its limit. */
const HTTP_TIMEOUT_MS = 30_000;
/** A function URL takes so many requests per second for each reserved execution. */
const URL_RATE_FACTOR = 10;

export function readEdge(template: Template): EdgeTemplate {
  if (template.ofType('AWS::Lambda::Url').length > 0) return readFunctionUrl(template);
  return template.ofType('AWS::ApiGatewayV2::Api').length > 0 ? readHttpApi(template) : readRestApi(template);
}

/** The function that one of the values names, directly or within an ARN. */
function functionIn(template: Template, value: Json | undefined): string | undefined {
  const functions = new Set(template.ofType('AWS::Lambda::Function').map(([id]) => id));
  return JSON.stringify(value ?? '').match(/[A-Za-z0-9]+/g)?.find(word => functions.has(word));
}

/** The one function that all integrations hand their requests to, and the first integration. */
function integrated(
  template: Template, integrations: Properties[], type: string, uri: string,
): [LambdaFunction, Properties] {
  const ids = integrations.map(integration => {
    const id = functionIn(template, integration[uri]);
    if (integration[type] === 'AWS_PROXY' && id !== undefined) return id;
    const found = JSON.stringify(integration);
    throw new TemplateError(`the local edge plays Lambda proxy integrations only, the template has ${found}`);
  });
  if (new Set(ids).size !== 1) throw new TemplateError('the local edge needs all methods to call one function');
  return [template.lambda(ids[0]), integrations[0]];
}

function readGatewayResponse(properties: Properties): GatewayResponse {
  const prefix = 'gatewayresponse.header.';
  const parameters = Object.entries((properties.ResponseParameters ?? {}) as Record<string, string>);
  const templates = (properties.ResponseTemplates ?? {}) as Record<string, string>;
  return {
    statusCode: properties.StatusCode === undefined ? undefined : Number(properties.StatusCode),
    headers: Object.fromEntries(parameters
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value])),
    template: templates['application/json'] ?? '{"message":$context.error.messageString}',
  };
}

function readRestApi(template: Template): RestApi {
  const [, api] = template.only('AWS::ApiGateway::RestApi');
  const [, stage] = template.only('AWS::ApiGateway::Stage');
  const settings = ((stage.MethodSettings ?? []) as Properties[]).find(({ ResourcePath: path }) => path === '/*');
  const integrations = template.ofType('AWS::ApiGateway::Method').map(([, { Integration }]) => Integration);
  const [integration, { TimeoutInMillis }] = integrated(template, integrations as Properties[], 'Type', 'Uri');
  const gatewayResponses = template.ofType('AWS::ApiGateway::GatewayResponse').map(([, properties]) =>
    [String(properties.ResponseType), readGatewayResponse(template.resolve(properties) as Properties)]);
  return {
    kind: 'REST API',
    stage: String(template.resolve(stage.StageName)),
    binaryMediaTypes: (api.BinaryMediaTypes ?? []) as string[],
    rateLimit: settings?.ThrottlingRateLimit as number | undefined,
    burstLimit: settings?.ThrottlingBurstLimit as number | undefined,
    gatewayResponses: Object.fromEntries(gatewayResponses),
    integration,
    integrationTimeoutMs: Number(TimeoutInMillis ?? REST_TIMEOUT_MS),
  };
}

function readHttpApi(template: Template): HttpApi {
  const [, api] = template.only('AWS::ApiGatewayV2::Api');
  const [, stage] = template.only('AWS::ApiGatewayV2::Stage');
  const integrations = template.ofType('AWS::ApiGatewayV2::Integration').map(([, properties]) => properties);
  const [integration, { TimeoutInMillis, PayloadFormatVersion }] =
    integrated(template, integrations, 'IntegrationType', 'IntegrationUri');
  const routes = template.ofType('AWS::ApiGatewayV2::Route').map(([, { RouteKey }]) => String(RouteKey)).sort();
  demand(stage.StageName, 'the stage', '$default');
  demand(PayloadFormatVersion, 'the payload format', '1.0');
  demand(routes.join(', '), 'the routes', 'ANY /, ANY /{proxy+}');
  demand(api.CorsConfiguration, 'CORS settings', undefined);
  const settings = stage.DefaultRouteSettings as Properties | undefined;
  return {
    kind: 'HTTP API',
    rateLimit: settings?.ThrottlingRateLimit as number | undefined,
    burstLimit: settings?.ThrottlingBurstLimit as number | undefined,
    integration,
    integrationTimeoutMs: Number(TimeoutInMillis ?? HTTP_TIMEOUT_MS),
  };
}

function readFunctionUrl(template: Template): FunctionUrl {
  const [, url] = template.only('AWS::Lambda::Url');
  const id = functionIn(template, url.TargetFunctionArn);
  if (id === undefined) throw new TemplateError('the function URL of the template is of no function in it');
  demand(url.AuthType, 'the authorisation', 'NONE');
  demand(url.Cors, 'CORS settings', undefined);
  demand(url.InvokeMode, 'the mode', undefined);
  const { ReservedConcurrentExecutions: reserved } = template.propertiesOf(id);
  const limit = reserved === undefined ? undefined : URL_RATE_FACTOR * Number(reserved);
  const integration = template.lambda(id);
  return {
    kind: 'function URL',
    rateLimit: limit,
    burstLimit: limit,
    integration,
    integrationTimeoutMs: 1000 * (integration.timeoutSeconds + 1), // the function's own ends it
  };
}

/** The edge plays one form of each, which is the construct's. */
function demand(found: Json | undefined, what: string, expected: string | undefined): void {
  if (found === expected) return;
  throw new TemplateError(`the local edge plays ${what} ${expected ?? 'unset'}, the template has ${String(found)}`);
}
