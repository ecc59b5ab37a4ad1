/** Reads the synthesized template for all that the local run plays, so that nothing is configured twice. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { Intrinsics, Json, Resource, TemplateError } from './intrinsics';

type Properties = { [key: string]: Json };

export interface LambdaFunction {
  readonly name: string;
  readonly handler: string;
  readonly assetPath: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** An answer that API Gateway gives by itself, without asking the function. */
export interface GatewayResponse {
  readonly statusCode?: number;
  /** Header name → `'static'` or `method.request.header.<name>`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly template: string;
}

export interface RestApi {
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
  readonly rateLimit?: number;
  readonly burstLimit?: number;
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
  readonly integration: LambdaFunction;
  readonly integrationTimeoutMs: number;
}

export interface GlueJob {
  /** Where Glue fetches the script from. */
  readonly scriptUri: string;
  readonly scriptPath: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** What the arguments name in the asset bucket: its URL → the staged file, or the folder which Glue gets as a zip. */
  readonly assets: Readonly<Record<string, string>>;
}

export interface LocalStack {
  readonly api: RestApi;
  readonly stream: { readonly name: string; readonly shards: number };
  readonly job: GlueJob;
}

interface AssetFile {
  readonly source: { readonly path: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

/** REST API's default; it cannot be raised without a quota increase. */
const DEFAULT_INTEGRATION_TIMEOUT_MS = 29_000;
/** The shards that Kinesis gives a stream in on-demand mode. */
const ON_DEMAND_SHARDS = 4;

export class Template {
  /** The template of the one stack in a cloud assembly directory (cdk.out). */
  static read(directory: string): Template {
    const name = readdirSync(directory).find(file => file.endsWith('.template.json'));
    if (name === undefined) throw new TemplateError(`${directory} holds no synthesized template`);
    const read = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8'));
    const { files } = read(name.replace('.template.json', '.assets.json')) as { files: Record<string, AssetFile> };
    const { Resources: resources } = read(name) as { Resources: Record<string, Resource> };
    return new Template(resources, Object.values(files), directory);
  }

  private readonly intrinsics: Intrinsics;
  private readonly assets: ReadonlyMap<string, string>;

  private constructor(
    private readonly resources: Readonly<Record<string, Resource>>, files: AssetFile[], directory: string,
  ) {
    this.intrinsics = new Intrinsics(resources);
    this.assets = new Map(files.flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }): [string, string] => [objectKey, join(directory, source.path)])));
  }

  ofType(type: string): [string, Properties][] {
    return Object.entries(this.resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, { Properties: properties = {} }]) => [id, properties]);
  }

  only(type: string): [string, Properties] {
    const found = this.ofType(type);
    if (found.length !== 1) {
      throw new TemplateError(`the local run needs exactly one ${type} in the template, found ${found.length}`);
    }
    return found[0];
  }

  resolve(value: Json): Json {
    return this.intrinsics.resolve(value);
  }

  /** The staged file or folder behind an object key or an s3:// URL in the asset bucket. */
  asset(location: string): string {
    const path = this.assetIfStaged(location);
    if (path === undefined) throw new TemplateError(`the asset manifest has nothing for ${location}`);
    return path;
  }

  assetIfStaged(location: string): string | undefined {
    return this.assets.get(location.slice(location.lastIndexOf('/') + 1));
  }

  lambda(id: string): LambdaFunction {
    const properties = this.resolve(this.resources[id].Properties ?? {}) as Properties;
    const { S3Key: key } = properties.Code as Properties;
    const { Variables: variables = {} } = (properties.Environment ?? {}) as Properties;
    return {
      name: id,
      handler: String(properties.Handler),
      assetPath: this.asset(String(key)),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMegabytes: Number(properties.MemorySize ?? 128),
      environment: variables as Record<string, string>,
    };
  }
}

/** The Lambda function a proxy method hands its requests to. */
function integratedFunction(template: Template): [string, Properties] {
  const functions = new Set(template.ofType('AWS::Lambda::Function').map(([id]) => id));
  const targets = template.ofType('AWS::ApiGateway::Method').map(([, method]): [string, Properties] => {
    const integration = method.Integration as Properties;
    const id = JSON.stringify(integration.Uri ?? '').match(/[A-Za-z0-9]+/g)?.find(word => functions.has(word));
    if (integration.Type !== 'AWS_PROXY' || id === undefined) {
      const found = JSON.stringify(integration);
      throw new TemplateError(`the local edge plays Lambda proxy integrations only, the template has ${found}`);
    }
    return [id, integration];
  });
  if (new Set(targets.map(([id]) => id)).size !== 1) {
    throw new TemplateError('the local edge needs all methods to call one function');
  }
  return targets[0];
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

function readApi(template: Template): RestApi {
  const [, api] = template.only('AWS::ApiGateway::RestApi');
  const [, stage] = template.only('AWS::ApiGateway::Stage');
  const settings = ((stage.MethodSettings ?? []) as Properties[]).find(({ ResourcePath: path }) => path === '/*');
  const [functionId, integration] = integratedFunction(template);
  const gatewayResponses = template.ofType('AWS::ApiGateway::GatewayResponse').map(([, properties]) =>
    [String(properties.ResponseType), readGatewayResponse(template.resolve(properties) as Properties)]);
  return {
    stage: String(template.resolve(stage.StageName)),
    binaryMediaTypes: (api.BinaryMediaTypes ?? []) as string[],
    rateLimit: settings?.ThrottlingRateLimit as number | undefined,
    burstLimit: settings?.ThrottlingBurstLimit as number | undefined,
    gatewayResponses: Object.fromEntries(gatewayResponses),
    integration: template.lambda(functionId),
    integrationTimeoutMs: Number(integration.TimeoutInMillis ?? DEFAULT_INTEGRATION_TIMEOUT_MS),
  };
}

function readJob(template: Template): GlueJob {
  const [, properties] = template.only('AWS::Glue::Job');
  const { Command: command, DefaultArguments: job = {} } = template.resolve(properties) as Properties;
  const values = job as Record<string, string>;
  const scriptUri = String((command as Properties).ScriptLocation);
  return {
    scriptUri,
    scriptPath: template.asset(scriptUri),
    arguments: values,
    assets: stagedAssets(template, values),
  };
}

function stagedAssets(template: Template, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.values(values).flatMap(listed).flatMap((location): [string, string][] => {
    const path = location.startsWith('s3://') ? template.assetIfStaged(location) : undefined;
    return path === undefined ? [] : [[location, path]];
  }));
}

/** The items of an argument that holds a list. */
export const listed = (argument = ''): string[] => argument.split(',').filter(Boolean);

function readStream(template: Template): LocalStack['stream'] {
  const [id, properties] = template.only('AWS::Kinesis::Stream');
  return { name: String(template.resolve({ Ref: id })), shards: Number(properties.ShardCount ?? ON_DEMAND_SHARDS) };
}

/** The one stack in a cloud assembly directory (cdk.out). */
export function readStack(directory: string): LocalStack {
  const template = Template.read(directory);
  return { api: readApi(template), stream: readStream(template), job: readJob(template) };
}
