/** The templates of the story, synthesized as a user would deploy them. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { readStack } from '../../examples/local/aws';
import {
  ClickstreamLakehouse, LakehouseNetwork, ProcessingOptions, ProcessingSchedule, StorageOptions,
} from '../../src';
import { Keys, keysOf, PolicyTemplate } from '../support/iam-gate';

/** A synthesized stack. Two versions of one deployment have the same resources, with the same names. */
export interface Version {
  readonly stack: ReturnType<typeof readStack>;
  readonly template: PolicyTemplate;
  /** Who runs the job and the collector: access key ids, which are the roles' names in the template. */
  readonly roles: { readonly job: string; readonly collector: string };
}

export interface VersionOptions {
  readonly schedule: ProcessingSchedule;
  /** The version whose buckets a second deployment adopts. Its stream, roles and key for the stream are its own. */
  readonly over?: Version;
  /** Further options of the job, with what they need. */
  readonly processing?: (stack: Stack) => ProcessingOptions;
}

/** Encrypted with a customer's key, as examples/prod. */
export function synthesize(outdir: string, { schedule, over, processing }: VersionOptions): Version {
  process.env.CDK_VALIDATION = 'false'; // as in test/support/stack.ts
  const app = new App({ outdir, stackTraces: false, treeMetadata: false });
  const stack = new Stack(app, 'Test');
  const id = over ? 'Second' : 'Lakehouse';
  new ClickstreamLakehouse(stack, id, {
    network: LakehouseNetwork.none(),
    removalPolicy: RemovalPolicy.DESTROY,
    encryptionKey: new kms.Key(stack, `${id}Key`),
    storage: over && adopted(stack, over),
    processing: { schedule, triggerInterval: Duration.seconds(1), ...processing?.(stack) },
  });
  app.synth();
  const file = readdirSync(outdir).find(name => name.endsWith('.template.json')) ?? '';
  const prefix = over ? id : '';
  return {
    stack: readStack(outdir),
    template: JSON.parse(readFileSync(join(outdir, file), 'utf8')),
    roles: { job: `${prefix}JobRole`, collector: `${prefix}CollectorFunctionRole` },
  };
}

/** As an app names what another one has left: bucket and key. */
function adopted(stack: Stack, { stack: { job }, template }: Version): StorageOptions {
  const keys: Keys = keysOf(template);
  const bucket = (id: string, uri: string) => {
    const bucketArn = `arn:aws:s3:::${bucketOf(uri)}`;
    const encryptionKey = kms.Key.fromKeyArn(stack, `${id}Key`, keys[bucketArn]);
    return s3.Bucket.fromBucketAttributes(stack, id, { bucketArn, encryptionKey });
  };
  return {
    rawBucket: bucket('Raw', job.arguments['--raw_path']),
    lakehouseBucket: bucket('Lakehouse', job.arguments['--events_path']),
  };
}

export const bucketOf = (uri: string) => uri.split('/')[2];
