/** The rights that a request to S3 needs. Source: "Actions, resources, and condition keys for Amazon S3". */
import { AwsRequest } from './aws-request';
import { Right } from './policy';

/** Sub-resources of a bucket: `GET ?location` needs s3:GetBucketLocation, `PUT ?policy` s3:PutBucketPolicy. */
const BUCKET_PARTS: Readonly<Record<string, string>> = {
  accelerate: 'AccelerateConfiguration',
  acl: 'BucketAcl',
  cors: 'BucketCORS',
  encryption: 'EncryptionConfiguration',
  lifecycle: 'LifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  notification: 'BucketNotification',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  publicAccessBlock: 'BucketPublicAccessBlock',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
};
/** Sub-resources of an object. */
const OBJECT_PARTS: Readonly<Record<string, string>> = {
  'acl': 'ObjectAcl',
  'attributes': 'ObjectAttributes',
  'legal-hold': 'ObjectLegalHold',
  'retention': 'ObjectRetention',
  'tagging': 'ObjectTagging',
};

const right = (action: string, resource: string): Right => ({ action: `s3:${action}`, resource, context: {} });

/** @throws for a request that no rule knows */
export function s3Rights(request: AwsRequest): Right[] {
  const [bucket, ...key] = decodeURIComponent(request.path).replace(/^\//, '').split('/');
  if (bucket === '') return [right('ListAllMyBuckets', '*')];
  const arn = `arn:aws:s3:::${bucket}`;
  return key.join('/') === '' ? bucketRights(request, arn) : objectRights(request, `${arn}/${key.join('/')}`);
}

function bucketRights(request: AwsRequest, bucket: string): Right[] {
  const { method, query } = request;
  if (method === 'POST' && query.has('delete')) return deletions(request.body.toString('utf8'), bucket);
  const part = Object.keys(BUCKET_PARTS).find(name => query.has(name));
  if (part !== undefined) return [right(`${method === 'GET' ? 'Get' : 'Put'}${BUCKET_PARTS[part]}`, bucket)];
  if (method === 'GET' && query.has('uploads')) return [right('ListBucketMultipartUploads', bucket)];
  if (method === 'GET' && query.has('versions')) return [right('ListBucketVersions', bucket)];
  switch (method) {
    case 'GET': case 'HEAD': return [right('ListBucket', bucket)];
    case 'PUT': return [right('CreateBucket', bucket)];
    case 'DELETE': return [right('DeleteBucket', bucket)];
    default: throw unknownRequest(request);
  }
}

function objectRights(request: AwsRequest, object: string): Right[] {
  const { method, query } = request;
  const part = Object.keys(OBJECT_PARTS).find(name => query.has(name));
  if (part !== undefined) return [right(`${method === 'GET' ? 'Get' : 'Put'}${OBJECT_PARTS[part]}`, object)];
  const version = query.has('versionId') ? 'Version' : '';
  switch (method) {
    case 'GET': case 'HEAD':
      return [right(query.has('uploadId') ? 'ListMultipartUploadParts' : `GetObject${version}`, object)];
    case 'PUT': case 'POST': return [right('PutObject', object), ...headerRights(request, object)];
    case 'DELETE': return [right(query.has('uploadId') ? 'AbortMultipartUpload' : `DeleteObject${version}`, object)];
    default: throw unknownRequest(request);
  }
}

/** Rights that a write needs because of its headers. */
function headerRights({ headers }: AwsRequest, object: string): Right[] {
  const source = headers['x-amz-copy-source'];
  return [
    ...(typeof source === 'string' ? [right('GetObject', copySourceArn(source))] : []),
    ...(headers['x-amz-tagging'] ? [right('PutObjectTagging', object)] : []),
    ...(headers['x-amz-acl'] ? [right('PutObjectAcl', object)] : []),
  ];
}

const copySourceArn = (source: string) =>
  `arn:aws:s3:::${decodeURIComponent(source.split('?')[0]).replace(/^\//, '')}`;

/** One right per object of DeleteObjects. */
function deletions(xml: string, bucket: string): Right[] {
  return [...xml.matchAll(/<Object>([\s\S]*?)<\/Object>/g)].map(([, object]) => {
    const key = unescapeXml(/<Key>([\s\S]*?)<\/Key>/.exec(object)?.[1] ?? '');
    return right(object.includes('<VersionId>') ? 'DeleteObjectVersion' : 'DeleteObject', `${bucket}/${key}`);
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all;
    return String.fromCodePoint(hex !== undefined ? parseInt(hex, 16) : Number(decimal));
  });
}

function unknownRequest({ method, path, query }: AwsRequest): Error {
  return new Error(`the gate does not know which right ${method} ${path}?${query} needs`);
}
