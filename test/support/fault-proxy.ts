/** What the proxies before an emulator share: requests and answers that are read as a whole, and chance. */
import { Agent, createServer, IncomingHttpHeaders, IncomingMessage, request, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';

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

async function received(incoming: IncomingMessage): Promise<Forwarded> {
  const { method = 'GET', url = '/', headers } = incoming;
  return { method, path: url, headers, body: await read(incoming) };
}

/** Stands before an emulator and lets calls fail. `C` counts the calls and what struck them. */
export abstract class FaultProxy<C extends { calls: number }> {
  abstract readonly counts: C;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server: Server;

  /**
   * @param target the emulator's URL
   * @param random uniform in [0, 1): seeded, a run's faults can be repeated
   */
  protected constructor(private readonly target: string, protected readonly random: () => number) {
    this.server = createServer((incoming, response) => {
      this.receive(incoming, response).catch(() => response.destroy()); // the emulator is gone: so is the connection
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  protected async listening(): Promise<this> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Answers the call, or loses the answer. */
  protected abstract serve(call: Forwarded, response: ServerResponse): Promise<void>;

  protected strikes(fault: keyof C, share = 0): boolean {
    // Drawn even for a share of 0, so that switching one fault off does not move the others.
    if (this.random() >= share) return false;
    (this.counts[fault] as number)++;
    return true;
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await received(incoming);
    this.counts.calls++;
    await this.serve(call, response);
  }

  protected forward({ method, path, headers: { host, ...headers }, body }: Forwarded): Promise<Answer> {
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
