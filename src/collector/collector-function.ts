import { existsSync } from 'fs';
import { join, resolve } from 'path';
import {
  aws_iam as iam, aws_kinesis as kinesis, aws_lambda as lambda, aws_s3_assets as assets,
  aws_secretsmanager as secretsmanager, Duration, Stack, Stage, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { textOf } from './cloud-front-secret';
import type { CollectorOptions, WriteKeySource } from './collector-options';
import { requireFittingEnvironment } from './collector-validation';
import type { CollectorEnvironment } from './function/environment';
import { ClientIp, ConsentMode, PrivacyOptions } from './privacy-options';
import { METRICS_NAMESPACE } from '../contract/generated';
import { HandlerFunction } from '../private/handler-function';
import { LogOptions } from '../private/log-group';
import { readSecretStatements } from '../private/secret-access';
import { InvalidPropertyError } from '../private/validate';

export interface CollectorFunctionProps extends CollectorOptions, PrivacyOptions, LogOptions {
  /** The function writes events to this stream. */
  readonly stream: kinesis.IStream;
  /** Lets X-Ray trace a sample of the calls. */
  readonly tracing?: boolean;
  /** Ids of sources whose accepted events are a metric of their own. */
  readonly measuredSources?: string[];
}

/** The file that the hook's layer must hold at its root. */
const HOOK_MODULE = 'index.mjs';

/** Where Lambda unpacks a layer. */
const LAYER_ROOT = '/opt';

/**
 * Creates the collector function. Its parts are children of `scope`.
 *
 * @param cloudFrontSecret with `collector.cloudFront`
 */
export function createFunction(
  scope: Construct, props: CollectorFunctionProps, cloudFrontSecret?: secretsmanager.ISecret,
): HandlerFunction {
  const environment = environmentOf(scope, props, cloudFrontSecret);
  requireFittingEnvironment(environment);
  return new HandlerFunction(scope, 'Function', {
    entrypoint: 'collector/function/collector.lambda',
    description: 'Clickstream collector: tracker requests to Kinesis',
    // API Gateway gives up after 29 s; the function must have answered by then.
    timeout: Duration.seconds(28),
    memorySize: props.memorySize ?? 512,
    environment: { ...environment },
    logRetention: props.logRetention,
    logGroup: props.logGroup,
    encryptionKey: props.encryptionKey,
    reservedConcurrentExecutions: props.reservedConcurrency,
    tracing: props.tracing,
    layers: props.preprocess && [hookLayer(scope, props.preprocess)],
    statements: [
      ...writeStream(props.stream),
      ...(props.writeKeysSecret ? readSecretStatements(scope, props.writeKeysSecret, 'WriteKeys') : []),
    ],
  });
}

function environmentOf(
  scope: Construct, props: CollectorFunctionProps, cloudFrontSecret?: secretsmanager.ISecret,
): CollectorEnvironment {
  const { allowedOrigins, writeKeys, writeKeysSecret, pathAliases, firstPartyCookie } = props;
  const { cloudFront, preprocess, preprocessHeaders, measuredSources } = props;
  return {
    STREAM_NAME: props.stream.streamName,
    METRICS_NAMESPACE,
    CLIENT_IP: props.clientIp ?? ClientIp.TRUNCATE,
    CONSENT_MODE: props.consentMode ?? ConsentMode.IGNORE,
    ...(allowedOrigins && { ALLOWED_ORIGINS: allowedOrigins.join(',') }),
    ...(writeKeys && { WRITE_KEYS: writeKeysJson(scope, writeKeys) }),
    ...(writeKeysSecret && { WRITE_KEYS_SECRET: writeKeysSecret.secretArn }),
    ...(pathAliases && { PATH_ALIASES: JSON.stringify(pathAliases) }),
    ...(firstPartyCookie && { FIRST_PARTY_COOKIE: firstPartyCookie._domain ?? 'host' }),
    ...(cloudFrontSecret && { CLOUD_FRONT_SECRET: textOf(cloudFrontSecret), CLOUD_FRONT_USE: cloudFront }),
    ...(preprocess && { PREPROCESS_MODULE: `${LAYER_ROOT}/${HOOK_MODULE}` }),
    ...(preprocessHeaders && { PREPROCESS_HEADERS: preprocessHeaders.join(',') }),
    ...(measuredSources && { MEASURED_SOURCES: measuredSources.join(',') }),
  };
}

function writeKeysJson(scope: Construct, writeKeys: { [sourceId: string]: WriteKeySource }): string {
  const json = JSON.stringify(writeKeys);
  return Token.isUnresolved(json) ? Stack.of(scope).toJsonString(writeKeys) : json;
}

function writeStream({ streamArn, encryptionKey }: kinesis.IStream): iam.PolicyStatement[] {
  const write = new iam.PolicyStatement({
    sid: 'WriteStream', actions: ['kinesis:PutRecords'], resources: [streamArn],
  });
  if (!encryptionKey) return [write];
  return [write, new iam.PolicyStatement({
    sid: 'EncryptRecords', actions: ['kms:GenerateDataKey'], resources: [encryptionKey.keyArn],
  })];
}

function hookLayer(scope: Construct, code: lambda.Code): lambda.LayerVersion {
  const layer = new lambda.LayerVersion(scope, 'PreprocessLayer', {
    code,
    description: 'Preprocess hook of the clickstream collector',
    compatibleRuntimes: [lambda.Runtime.NODEJS_24_X],
  });
  requireHookModule(layer);
  return layer;
}

/** Checks a folder, as it was staged or bundled. Only Lambda sees into a zip or code in S3. */
function requireHookModule(layer: lambda.LayerVersion): void {
  const asset = layer.node.tryFindChild('Code');
  if (!(asset instanceof assets.Asset) || asset.isFile || !Stack.of(layer).bundlingRequired) return;
  const folder = resolve(Stage.of(layer)?.assetOutdir ?? '', asset.assetPath);
  if (!existsSync(join(folder, HOOK_MODULE))) {
    throw new InvalidPropertyError(
      `collector.preprocess must have ${HOOK_MODULE} at its root, which exports preprocess(event, request); `
      + `found none in '${folder}'`);
  }
}
