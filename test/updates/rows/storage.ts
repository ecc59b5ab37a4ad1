import { aws_glue as glue, aws_s3 as s3 } from 'aws-cdk-lib';
import { Row } from '../row';

/** Buckets and catalog. */
export const STORAGE_ROWS: Row[] = [{
  option: 'storage.rawBucket',
  change: 'set',
  after: stack => ({ storage: { rawBucket: s3.Bucket.fromBucketName(stack, 'Own', 'own-raw') } }),
  effects: { removes: ['raw bucket'], updates: ['job', 'tables'] },
  note: 'The raw table starts again in the other bucket. See [Moving to another stream or '
    + 'bucket](#moving-to-another-stream-or-bucket).',
}, {
  option: 'storage.lakehouseBucket',
  change: 'set',
  after: stack => ({ storage: { lakehouseBucket: s3.Bucket.fromBucketName(stack, 'Own', 'own-lakehouse') } }),
  effects: { removes: ['lakehouse bucket'], updates: ['job', 'tables'] },
  note: 'The tables and the checkpoints start again in the other bucket. See [Moving to another stream or '
    + 'bucket](#moving-to-another-stream-or-bucket).',
}, {
  option: 'storage.databaseName',
  change: 'another name',
  after: { storage: { databaseName: 'clicks' } },
  effects: { replaces: ['database', 'saved queries', 'tables'] },
  note: 'Only the catalog changes, and the job does not use it. The old entries stay unless `removalPolicy` is '
    + '`DESTROY`.',
}, {
  option: 'storage.database',
  change: 'set',
  after: stack => ({ storage: { database: glue.CfnDatabase.fromDatabaseName(stack, 'Own', 'analytics') } }),
  effects: { removes: ['database'], replaces: ['saved queries', 'tables'] },
  note: 'Only the catalog changes, and the job does not use it. The old entries stay unless `removalPolicy` is '
    + '`DESTROY`.',
}, {
  option: 'storage.lakeFormation',
  change: '`true`',
  after: { storage: { lakeFormation: true } },
  effects: {},
  note: 'Those who were granted access get the permissions of Lake Formation, too.',
}, {
  option: 'storage.accessLogs',
  change: '`false`',
  after: { storage: { accessLogs: false } },
  effects: { removes: ['access-log bucket'], updates: ['lakehouse bucket', 'raw bucket', 'results bucket'] },
  note: 'The access logs of the buckets end. Those that exist stay, because a bucket that is not empty stays.',
}];
