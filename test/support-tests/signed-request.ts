/** Requests to AWS as SDKs send them. */
import { AwsRequest, awsRequest, RequestParts } from '../support/iam-gate/aws-request';

export function authorization(role: string, service: string): string {
  const credential = `Credential=${role}/20260101/eu-west-1/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
}

interface Given extends Partial<Omit<RequestParts, 'body'>> { readonly body?: string }

export function signedRequest(service: string, given: Given): AwsRequest {
  const { method = 'GET', url = '/', headers = {}, body = '' } = given;
  const signed = { ...headers, authorization: authorization('JobRole', service) };
  const request = awsRequest({ method, url, headers: signed, body: Buffer.from(body) });
  if (request === undefined) throw new Error('the request is not signed');
  return request;
}

/** A call of the JSON protocol. */
export function jsonCall(service: string, operation: string, parameters: object): AwsRequest {
  const headers = { 'x-amz-target': `Some_20260101.${operation}` };
  return signedRequest(service, { method: 'POST', headers, body: JSON.stringify(parameters) });
}

/** A call of the query protocol. */
export function queryCall(service: string, parameters: Record<string, string>): AwsRequest {
  return signedRequest(service, { method: 'POST', body: new URLSearchParams(parameters).toString() });
}
