import { existsSync } from 'fs';
import { join, resolve } from 'path';
import {
  aws_iam as iam, aws_lambda as lambda, aws_logs as logs, aws_s3_assets as assets, aws_secretsmanager as secretsmanager,
  Duration, Stack, Stage, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CollectorEndpointProps } from './collector-endpoint';
import type { WriteKeySource } from './collector-options';
import { requireFittingEnvironment } from './collector-validation';
import type { CollectorEnvironment } from './function/environment';
import { ClientIp, ConsentMode } from './privacy-options';
import { HandlerFunction } from '../private/handler-function';
import { InvalidPropertyError } from '../private/validate';

export interface CollectorFunctionProps extends CollectorEndpointProps {
  readonly metricsNamespace: string;
  readonly logRetention: logs.RetentionDays;
}

/** What the hook's layer must hold, and where Lambda unpacks it. */
const HOOK_MODULE = 'index.mjs';

/** The collector. Its parts are children of `scope`. */
export function createFunction(scope: Construct, props: CollectorFunctionProps): HandlerFunction {
  const environment = environmentOf(scope, props);
  requireFittingEnvironment(environment);
  return new HandlerFunction(scope, 'Function', {
    entrypoint: 'collector/function/collector.lambda',
    description: 'Clickstream collector: tracker requests to Kinesis',
    // API Gateway gives up after 29 s; the function must have answered by then.
    timeout: Duration.seconds(28),
    memorySize: props.memorySize ?? 512,
    environment: { ...environment },
    logRetention: props.logRetention,
    encryptionKey: props.encryptionKey,
    reservedConcurrentExecutions: props.reservedConcurrency,
    layers: props.preprocess && [hookLayer(scope, props.preprocess)],
    statements: [
      new iam.PolicyStatement({ sid: 'WriteStream', actions: ['kinesis:PutRecords'], resources: [props.stream.streamArn] }),
      ...(props.stream.encryptionKey
        ? [new iam.PolicyStatement({ sid: 'EncryptRecords', actions: ['kms:GenerateDataKey'], resources: [props.stream.encryptionKey.keyArn] })]
        : []),
      ...(props.writeKeysSecret ? readSecret(scope, props.writeKeysSecret) : []),
    ],
  });
}

function environmentOf(scope: Construct, props: CollectorFunctionProps): CollectorEnvironment {
  const { allowedOrigins, writeKeys, writeKeysSecret, pathAliases, firstPartyCookie, preprocess } = props;
  return {
    STREAM_NAME: props.stream.streamName,
    METRICS_NAMESPACE: props.metricsNamespace,
    CLIENT_IP: props.clientIp ?? ClientIp.TRUNCATE,
    CONSENT_MODE: props.consentMode ?? ConsentMode.IGNORE,
    ...(allowedOrigins && { ALLOWED_ORIGINS: allowedOrigins.join(',') }),
    ...(writeKeys && { WRITE_KEYS: writeKeysJson(scope, writeKeys) }),
    ...(writeKeysSecret && { WRITE_KEYS_SECRET: writeKeysSecret.secretArn }),
    ...(pathAliases && { PATH_ALIASES: JSON.stringify(pathAliases) }),
    ...(firstPartyCookie && { FIRST_PARTY_COOKIE: firstPartyCookie._domain ?? 'host' }),
    ...(preprocess && { PREPROCESS_MODULE: `/opt/${HOOK_MODULE}` }),
  };
}

function writeKeysJson(scope: Construct, writeKeys: { [sourceId: string]: WriteKeySource }): string {
  const json = JSON.stringify(writeKeys);
  return Token.isUnresolved(json) ? Stack.of(scope).toJsonString(writeKeys) : json;
}

/** An imported secret may be known without the six characters that end its ARN. */
function readSecret(scope: Construct, { secretArn, secretFullArn, encryptionKey }: secretsmanager.ISecret): iam.PolicyStatement[] {
  const read = new iam.PolicyStatement({
    sid: 'ReadWriteKeys', actions: ['secretsmanager:GetSecretValue'], resources: [secretFullArn ?? `${secretArn}-??????`],
  });
  if (!encryptionKey) return [read];
  const { region, urlSuffix } = Stack.of(scope);
  return [read, new iam.PolicyStatement({
    sid: 'DecryptWriteKeys',
    actions: ['kms:Decrypt'],
    resources: [encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
  })];
}

function hookLayer(scope: Construct, code: lambda.Code): lambda.LayerVersion {
  const layer = new lambda.LayerVersion(scope, 'PreprocessLayer', {
    code, description: 'Preprocess hook of the clickstream collector', compatibleRuntimes: [lambda.Runtime.NODEJS_22_X],
  });
  requireHookModule(layer);
  return layer;
}

/** Looks into a folder, as it was staged or bundled; a zip or code in S3 is only seen by Lambda. */
function requireHookModule(layer: lambda.LayerVersion): void {
  const asset = layer.node.tryFindChild('Code');
  if (!(asset instanceof assets.Asset) || asset.isFile || !Stack.of(layer).bundlingRequired) return;
  const folder = resolve(Stage.of(layer)?.assetOutdir ?? '', asset.assetPath);
  if (!existsSync(join(folder, HOOK_MODULE))) {
    throw new InvalidPropertyError(`ingestion.preprocess must have ${HOOK_MODULE} at its root, which exports preprocess(event, request); `
      + `found none in '${folder}'`);
  }
}
