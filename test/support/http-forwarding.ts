/** What the proxies before an emulator share: requests and answers that are read as a whole. */
import { Agent, IncomingHttpHeaders, IncomingMessage, request } from 'http';

export interface Forwarded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body: Buffer | string;
}

export async function received(incoming: IncomingMessage): Promise<Forwarded> {
  const { method = 'GET', url = '/', headers } = incoming;
  return { method, path: url, headers, body: await read(incoming) };
}

export class Forwarding {
  private readonly agent = new Agent({ keepAlive: true });

  /** @param target the emulator's URL */
  constructor(private readonly target: string) {}

  stop() {
    this.agent.destroy();
  }

  forward({ method, path, headers: { host, ...headers }, body }: Forwarded): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // without the proxy's own host, to which an emulator does not answer
      const options = { method, agent: this.agent, headers: { ...headers, 'content-length': body.length } };
      const outgoing = request(new URL(path, this.target), options, response => {
        read(response).then(
          text => resolve({ status: response.statusCode ?? 500, headers: response.headers, body: text }), reject);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
