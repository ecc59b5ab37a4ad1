import {
  Agent as HttpAgent, ClientRequest, IncomingHttpHeaders, IncomingMessage, request as httpRequest, RequestOptions,
} from 'http';
import { Agent as HttpsAgent, request as httpsRequest } from 'https';

export interface HttpResponse { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }

/**
 * Sends a body and reads the response.
 * @param headers complete, but for the body's length
 * @throws Error when the connection fails, or the answer is not whole in time: then nobody knows whether it was taken
 */
export type Post = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  timeoutMs: number,
) => Promise<HttpResponse>;

type Send = (options: RequestOptions, answered: (response: IncomingMessage) => void) => ClientRequest;

/** Over connections that stay open between calls. */
export function keepAlivePost(): Post {
  const http = { send: httpRequest as Send, agent: new HttpAgent({ keepAlive: true }) };
  const https = { send: httpsRequest as Send, agent: new HttpsAgent({ keepAlive: true }) };
  return ({ protocol, hostname, port, pathname }, headers, body, timeoutMs) =>
    new Promise((resolve, reject) => {
      const { send, agent } = protocol === 'https:' ? https : http;
      // A list is sent as it is; of an object, Node would look at each header again.
      const list = [...Object.entries(headers).flat(), 'content-length', String(body.length)];
      const options = { method: 'POST', agent, hostname, port, path: pathname, headers: list };
      const request = send(options, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject); // cut off in the middle
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      const timer = setTimeout(() => request.destroy(new TimeoutError(timeoutMs)), timeoutMs);
      request.on('error', reject);
      request.on('close', () => clearTimeout(timer));
      request.end(body);
    });
}

class TimeoutError extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'TimeoutError';
  }
}
