/** A signed request to AWS, taken apart. */
import { IncomingHttpHeaders } from 'http';

export interface AwsRequest {
  /** Who asks: the access key id, which is the role's name in the tests. */
  readonly role: string;
  /** The signing name: `s3`, `kinesis`, `monitoring` … */
  readonly service: string;
  readonly region: string;
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The request line, headers and body of a request. */
export interface RequestParts {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const CREDENTIAL = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** @returns undefined for a request that no SDK signed */
export function awsRequest({ method, url, headers, body }: RequestParts): AwsRequest | undefined {
  const found = CREDENTIAL.exec(headers.authorization ?? '');
  if (!found) return undefined;
  const [, role, region, service] = found;
  const [path, ...search] = url.split('?');
  return { role, service, region, method, path, query: new URLSearchParams(search.join('?')), headers, body };
}

/** `Kinesis_20131202.GetRecords` → `GetRecords`. Absent when the protocol is another. */
export function targetOperation({ headers }: AwsRequest): string | undefined {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : undefined;
}

/** The parameters of the JSON protocol. */
export function jsonParameters({ body }: AwsRequest): Record<string, unknown> {
  return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
}

/** The parameters of the query protocol, `Action` among them: in the body, or in the URL of a GET. */
export function queryParameters({ body, query }: AwsRequest): URLSearchParams {
  return query.has('Action') ? query : new URLSearchParams(body.toString('utf8'));
}
