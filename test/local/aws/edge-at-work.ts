import { request as httpRequest } from 'http';
import { smallStack } from './small-stack';
import { CustomDomain, Edge } from '../../../examples/local/aws/edge';
import { LambdaHost } from '../../../examples/local/aws/lambda-host';
import { readStack } from '../../../examples/local/aws/local-stack';

export type SmallStackOptions = Parameters<typeof smallStack>[0];

/** Starts the edge of a small stack and the host of its function, which the caller closes. */
export async function startEdge(options: SmallStackOptions, domain?: CustomDomain) {
  const { edge: template } = readStack(smallStack(options));
  const host = new LambdaHost(template.integration, { onLogLine: () => undefined });
  const edge = new Edge(template, host, domain);
  return { edge, host, url: await edge.listen(0) };
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: Buffer | string;
}

/** Sends path and headers as they are, where fetch would tidy them up, and returns what the function was given. */
export function eventOfRaw<Event>(url: string, path: string, request: RawRequest = {}): Promise<Event> {
  const { method = 'GET', headers = {}, body } = request;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    httpRequest({ hostname, port, path, headers, method }, response => {
      let text = '';
      response.on('data', chunk => { text += chunk; }).on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject).end(body);
  });
}
