import { connect } from 'net';

const ANSWER_MS = 5_000;

export interface RawRequest {
  /** as it stands in the request line, untouched */
  readonly target: string;
  readonly method?: string;
  /** @default the server's own */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request as it is, which a client library would tidy up. The status is 0 when there is no answer. */
export function rawRequest(url: string, request: RawRequest): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(url);
  const { target, method = 'GET', body = '' } = request;
  const headers = { host: request.host ?? host, connection: 'close', ...request.headers };
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) }).map(pair => pair.join(': '));
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', chunk => { text += chunk; }).on('error', reject);
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text }));
    socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}
