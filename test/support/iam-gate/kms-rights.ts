/**
 * The rights to a customer's key that S3, Kinesis and Secrets Manager need from whoever asks them. Only identity
 * policies are evaluated: they are enough where the key's policy delegates to the account, which `keysOf` checks.
 *
 * Sources: "Protecting data with server-side encryption using AWS KMS keys" and "Permissions required for multipart
 * upload API operations" (S3), "Permissions to use user-generated KMS keys" (Kinesis), "Secret encryption and
 * decryption in AWS Secrets Manager".
 */
import { AwsRequest } from './aws-request';
import { PhysicalIntrinsics, PhysicalNames } from './physical-names';
import { Right } from './policy';
import { PolicyTemplate } from './role-policies';
import { ACCOUNT, Json } from '../../../examples/local/aws';

/** ARN of a bucket, stream or secret → ARN of the key that encrypts what is written to it. */
export type Keys = Readonly<Record<string, string>>;

/** S3 decrypts the parts of an upload to complete it. */
const MULTIPART = ['GenerateDataKey', 'Decrypt'];

type Properties = Readonly<Record<string, Json | undefined>>;

/** Type of an encrypted resource → its key, as its properties name it. */
const KEY_OF: Readonly<Record<string, (properties: Properties) => unknown>> = {
  'AWS::S3::Bucket': ({ BucketEncryption: encryption }) => {
    const rules = (encryption as Properties | undefined)?.ServerSideEncryptionConfiguration as Properties[] | undefined;
    return (rules?.[0].ServerSideEncryptionByDefault as Properties | undefined)?.KMSMasterKeyID;
  },
  'AWS::Kinesis::Stream': ({ StreamEncryption: encryption }) => (encryption as Properties | undefined)?.KeyId,
};

/** Keys that AWS manages have an alias, and need no right of the caller. */
const isCustomers = (key: unknown): key is string => typeof key === 'string' && !key.startsWith('alias/aws/');

/**
 * The customer's keys of a template's buckets and streams.
 * @throws for a key of the template whose policy does not let the account's identity policies decide
 */
export function keysOf({ Resources: resources }: PolicyTemplate, names: PhysicalNames = {}): Keys {
  const intrinsics = new PhysicalIntrinsics(resources, names);
  for (const [id, { Type: type, Properties: properties }] of Object.entries(resources)) {
    if (type === 'AWS::KMS::Key') requireDelegation(id, intrinsics.resolve(properties?.KeyPolicy ?? null));
  }
  const arnOf = (id: string) => String(intrinsics.resolve({ 'Fn::GetAtt': [id, 'Arn'] }));
  return Object.fromEntries(Object.entries(resources).flatMap(([id, { Type: type, Properties: properties = {} }]) => {
    const key = KEY_OF[type]?.(intrinsics.resolve(properties) as Properties);
    return isCustomers(key) ? [[arnOf(id), key]] : [];
  }));
}

function requireDelegation(id: string, policy: unknown) {
  const { Statement: statements = [] } = policy as { readonly Statement?: readonly Properties[] };
  const delegates = statements.some(({ Effect, Action, Principal, Condition }) => Effect === 'Allow'
    && Action === 'kms:*' && !Condition && (Principal as Properties).AWS === `arn:aws:iam::${ACCOUNT}:root`);
  if (!delegates) throw new Error(`the policy of the key ${id} does not delegate to the account`);
}

/** @param rights that the request needs besides */
export function kmsRights(request: AwsRequest, rights: readonly Right[], keys: Keys): Right[] {
  const { service, region } = request;
  const context = { 'kms:ViaService': [`${service}.${region}.amazonaws.com`] };
  return rights.flatMap(({ action, resource }) => {
    const key = keys[service === 's3' ? resource.split('/')[0] : resource];
    if (key === undefined) return [];
    return operations(request, action).map(operation => ({ action: `kms:${operation}`, resource: key, context }));
  });
}

/** What the service does with the key when a request uses a right. */
function operations({ method, query, headers }: AwsRequest, action: string): readonly string[] {
  if (headers['x-amz-server-side-encryption']) throw new Error('the gate does not know keys that a request names');
  switch (action) {
    case 's3:GetObject': case 's3:GetObjectVersion': return method === 'HEAD' ? [] : ['Decrypt'];
    case 's3:PutObject': return query.has('uploads') || query.has('uploadId') ? MULTIPART : ['GenerateDataKey'];
    case 'kinesis:PutRecord': case 'kinesis:PutRecords': return ['GenerateDataKey'];
    case 'kinesis:GetRecords': case 'secretsmanager:GetSecretValue': return ['Decrypt'];
    default: return [];
  }
}
