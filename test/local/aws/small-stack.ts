import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

interface SmallStackOptions {
  /** Source of the collector's index.js. */
  readonly handler?: string;
  readonly timeoutSeconds?: number;
  readonly reservedConcurrency?: number;
  readonly throttle?: { readonly rate: number; readonly burst: number };
  readonly environment?: Record<string, unknown>;
  /** Resources that replace or complete those of the small stack. */
  readonly resources?: Record<string, unknown>;
}

/** Echoes its event, so that a test sees what the function is given. */
const ECHO = 'exports.handler = async event => ({ statusCode: 200, headers: {}, body: JSON.stringify(event) });';

const corsParameters = { 'gatewayresponse.header.Access-Control-Allow-Origin': 'method.request.header.Origin' };

function gatewayResponse(type: string, code: string, statusCode?: string) {
  return {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      ResponseType: type,
      StatusCode: statusCode,
      ResponseParameters: { ...corsParameters, 'gatewayresponse.header.Retry-After': "'5'" },
      ResponseTemplates: { 'application/json': `{"success":false,"code":"${code}","message":"no"}` },
    },
  };
}

function collectorFunction({ timeoutSeconds, reservedConcurrency, environment }: SmallStackOptions) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'c0de.zip' },
      Handler: 'index.handler',
      MemorySize: 128,
      Timeout: timeoutSeconds ?? 3,
      ReservedConcurrentExecutions: reservedConcurrency,
      Environment: { Variables: { STREAM_NAME: { Ref: 'Stream' }, ...environment } },
    },
  };
}

function glueJob() {
  return {
    Type: 'AWS::Glue::Job',
    Properties: {
      Command: {
        Name: 'glueetl',
        ScriptLocation: { 'Fn::Join': ['', ['s3://assets-', { Ref: 'AWS::AccountId' }, '/5c41b7.py']] },
      },
      DefaultArguments: {
        '--extra-py-files': { 'Fn::Sub': 's3://assets-${AWS::AccountId}/ba66a6e.zip' },
        '--stream_name': { Ref: 'Stream' },
        '--conf': 'a=b --conf c=d',
      },
    },
  };
}

function resources(options: SmallStackOptions) {
  const { rate, burst } = options.throttle ?? { rate: 1000, burst: 1000 };
  const arn = { 'Fn::GetAtt': ['Collector', 'Arn'] };
  const uri = ['arn:aws:apigateway:', { Ref: 'AWS::Region' }, ':lambda:path/functions/', arn, '/invocations'];
  const throttle = { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
  return {
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } },
    Collector: collectorFunction(options),
    Other: { Type: 'AWS::Lambda::Function', Properties: {} },
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { BinaryMediaTypes: ['*/*'] } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { StageName: 'v1', MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ...throttle }] },
    },
    Any: {
      Type: 'AWS::ApiGateway::Method',
      Properties: { HttpMethod: 'ANY', Integration: { Type: 'AWS_PROXY', Uri: { 'Fn::Join': ['', uri] } } },
    },
    Throttled: gatewayResponse('THROTTLED', 'throttled'),
    Default4xx: gatewayResponse('DEFAULT_4XX', 'bad_request'),
    Default5xx: gatewayResponse('DEFAULT_5XX', 'unavailable'),
    TooLarge: gatewayResponse('REQUEST_TOO_LARGE', 'too_large'),
    Job: glueJob(),
    ...options.resources,
  };
}

/** Resources that make the small stack's edge an HTTP API. */
export const HTTP_API = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      StageName: '$default', DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 1000 },
    },
  },
  Any: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Collector', 'Arn'] },
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 1500,
    },
  },
  Root: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'ANY /' } },
  Proxy: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: 'ANY /{proxy+}' } },
};

/** Resources that make it a function URL. */
export const FUNCTION_URL = {
  Url: {
    Type: 'AWS::Lambda::Url',
    Properties: { AuthType: 'NONE', TargetFunctionArn: { 'Fn::GetAtt': ['Collector', 'Arn'] } },
  },
};

const folders: string[] = [];
afterAll(() => folders.forEach(folder => rmSync(folder, { recursive: true })));

/** Writes a cloud assembly with the smallest stack that the local run can play. @returns its folder */
export function smallStack(options: SmallStackOptions = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'small-stack-'));
  folders.push(folder);
  const asset = (path: string, objectKey: string) => ({ source: { path }, destinations: { current: { objectKey } } });
  const files = {
    code: asset('asset.code', 'c0de.zip'),
    script: asset('asset.script.py', '5c41b7.py'),
    package: asset('asset.package', 'ba66a6e.zip'),
  };
  mkdirSync(join(folder, 'asset.code'));
  writeFileSync(join(folder, 'asset.code', 'index.js'), options.handler ?? ECHO);
  writeFileSync(join(folder, 'Small.template.json'), JSON.stringify({ Resources: resources(options) }));
  writeFileSync(join(folder, 'Small.assets.json'), JSON.stringify({ files }));
  return folder;
}
