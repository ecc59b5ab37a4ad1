/** Runs a CloudFront Function of a template, and plays what CloudFront does to a request around it. */
import { runInNewContext } from 'vm';

/** Name in lower case → value, as CloudFront Functions have it. */
type FunctionHeaders = Record<string, { value: string; multiValue?: { value: string }[] }>;

interface ViewerRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Record<string, unknown>;
  readonly headers: FunctionHeaders;
  readonly cookies: Record<string, { value: string }>;
}

export interface Viewer {
  readonly ip: string;
  readonly host: string;
  readonly method?: string;
  readonly uri?: string;
  /** A name that is sent several times has several pairs. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
}

/**
 * The request that the function's code makes of a viewer's.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
 */
export function viewerRequest(code: string, { ip, host, method = 'GET', uri = '/', headers = [] }: Viewer) {
  const event = {
    version: '1.0',
    context: {
      distributionDomainName: 'd111111abcdef8.cloudfront.net',
      distributionId: 'EDFDVBD6EXAMPLE',
      eventType: 'viewer-request',
      requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
    },
    viewer: { ip },
    request: { method, uri, querystring: {}, headers: grouped([['host', host], ...headers]), cookies: {} },
  };
  // A function gets and returns plain data, so that nothing of it is of another realm.
  const result = runInNewContext(`${code}; JSON.stringify(handler(${JSON.stringify(event)}));`) as string;
  return JSON.parse(result) as ViewerRequest;
}

/**
 * Headers that the origin gets with AllViewerExceptHostHeader: what the function leaves, without Host, and over it the
 * origin's own.
 */
export function originHeaders(request: ViewerRequest, custom: Readonly<Record<string, string>>): [string, string][] {
  const { host: _, ...others } = request.headers;
  return Object.entries(others)
    .filter(([name]) => custom[name] === undefined)
    .flatMap(([name, { value, multiValue = [{ value }] }]) =>
      multiValue.map(({ value: one }): [string, string] => [name, one]))
    .concat(Object.entries(custom));
}

function grouped(pairs: ReadonlyArray<readonly [string, string]>): FunctionHeaders {
  const headers: FunctionHeaders = {};
  for (const [name, value] of pairs) {
    const found = headers[name.toLowerCase()];
    if (found) (found.multiValue ??= [{ value: found.value }]).push({ value });
    else headers[name.toLowerCase()] = { value };
  }
  return headers;
}
