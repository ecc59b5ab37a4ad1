import { aws_kms as kms, aws_logs as logs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, CollectorWebAcl, Compliance, LakehouseNetwork } from '../../../src';
import { DEFAULT, Row } from '../row';

function keyNamed(id: string, stack: Stack): kms.IKey {
  return kms.Key.fromKeyArn(stack, id, `arn:aws:kms:eu-west-1:123456789012:key/${id}`);
}

/** What STRICT asks for. */
function strictOptions(stack: Stack): ClickstreamLakehouseProps {
  return { encryptionKey: keyNamed('Key', stack), collector: { webAcl: CollectorWebAcl.rateLimited(20_000) } };
}

/** Options that several stages share. */
export const GENERAL_ROWS: Row[] = [{
  option: 'encryptionKey',
  change: 'set',
  before: DEFAULT,
  after: stack => ({ encryptionKey: keyNamed('New', stack) }),
  effects: {
    updates: ['lakehouse bucket', 'log groups', 'raw bucket', 'results bucket', 'stream', 'workgroup'],
  },
  note: 'New objects use the key. See [Changing the encryption key](#changing-the-encryption-key).',
}, {
  option: 'encryptionKey',
  change: 'another key',
  before: stack => ({ encryptionKey: keyNamed('Old', stack), network: LakehouseNetwork.none() }),
  after: stack => ({ encryptionKey: keyNamed('New', stack) }),
  effects: {
    updates: ['lakehouse bucket', 'log groups', 'raw bucket', 'results bucket', 'stream', 'workgroup'],
  },
  note: 'Name the old key in `previousEncryptionKeys` in the same deployment.',
}, {
  option: 'previousEncryptionKeys',
  change: 'set',
  after: stack => ({ previousEncryptionKeys: [keyNamed('Old', stack)] }),
  effects: {},
  note: 'Only policies change.',
}, {
  option: 'removalPolicy',
  change: '`RETAIN` → `DESTROY`',
  before: DEFAULT,
  after: { removalPolicy: RemovalPolicy.DESTROY },
  effects: {
    updates: ['Drain', 'Emptying', 'access-log bucket', 'lakehouse bucket', 'raw bucket'],
    policy: ['access-log bucket', 'database', 'lakehouse bucket', 'raw bucket', 'tables'],
  },
  note: 'From then on, deleting the stack deletes the data.',
}, {
  option: 'removalPolicy',
  change: '`DESTROY` → `RETAIN`',
  before: { removalPolicy: RemovalPolicy.DESTROY },
  after: { removalPolicy: RemovalPolicy.RETAIN },
  effects: {
    updates: ['Drain', 'Emptying', 'access-log bucket', 'lakehouse bucket', 'raw bucket'],
    policy: ['access-log bucket', 'database', 'lakehouse bucket', 'raw bucket', 'tables'],
  },
}, {
  option: 'logRetention',
  change: 'another time',
  before: DEFAULT,
  after: { logRetention: logs.RetentionDays.ONE_YEAR },
  effects: { updates: ['log groups'] },
}, {
  option: 'logGroup',
  change: 'set',
  after: stack => ({ logGroup: logs.LogGroup.fromLogGroupName(stack, 'Own', 'central') }),
  effects: { removes: ['log groups'], updates: ['stage'] },
  note: 'The logs that exist are deleted with their groups, but for those of the job, which keeps its groups.',
}, {
  option: 'compliance',
  change: '`STANDARD` → `STRICT`',
  before: strictOptions,
  after: { compliance: Compliance.STRICT },
  effects: { adds: ['log groups'] },
  note: 'A VPC that was created gets a flow log.',
}];
