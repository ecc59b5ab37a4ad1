/** The emulator of S3, CloudWatch and Secrets Manager, in a process of its own. */
import { createServer } from 'net';
import { Guarded, until } from '../../examples/local/support';
import { awsEmulation } from '../support/set-up';

const START_MS = 60_000;
const LAST_LINES = 10;

export class MiniStack {
  /** @param folder where the process may write */
  static async start(folder: string, services: readonly string[]): Promise<MiniStack> {
    const port = await freePort();
    const output: string[] = [];
    const keep = (line: string) => { output.push(line); };
    const guarded = new Guarded(awsEmulation().ministack, [], {
      cwd: folder,
      env: {
        ...process.env,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        SERVICES: services.join(','),
        LOG_LEVEL: 'WARNING',
        TMPDIR: folder,
      },
      onLine: keep,
      onErrorLine: keep,
    });
    const stack = new MiniStack(`http://127.0.0.1:${port}`, guarded);
    let ended = false;
    void guarded.exited.then(() => { ended = true; });
    await until(START_MS, 'MiniStack to answer', async () => {
      if (ended) throw new Error(`MiniStack ended while it was starting:\n${output.slice(-LAST_LINES).join('\n')}`);
      return fetch(`${stack.endpoint}/_ministack/health`).then(({ ok }) => ok, () => false);
    });
    return stack;
  }

  private constructor(readonly endpoint: string, private readonly guarded: Guarded) {}

  /** As the account's owner, who needs no right. */
  async createBucket(name: string): Promise<void> {
    await this.put(name, '');
  }

  async putObject(bucket: string, key: string, body: Uint8Array | string): Promise<void> {
    await this.put(`${bucket}/${key}`, body);
  }

  async createSecret(name: string, value: string): Promise<void> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      body: JSON.stringify({ Name: name, SecretString: value }),
      headers: {
        ...signedBy('owner', 'secretsmanager'),
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'secretsmanager.CreateSecret',
      },
    });
    if (!response.ok) throw new Error(`CreateSecret ${name}: ${response.status} ${await response.text()}`);
  }

  stop(): Promise<void> {
    return this.guarded.stop();
  }

  private async put(path: string, body: Uint8Array | string) {
    const response = await fetch(`${this.endpoint}/${path}`, { method: 'PUT', body, headers: signedBy('owner', 's3') });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }
}

/** A header that names who asks: neither the gate nor the emulator checks the signature itself. */
export function signedBy(role: string, service: string): Record<string, string> {
  const credential = `Credential=${role}/20260101/us-east-1/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` };
}

/** MiniStack cannot choose a port itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>(resolve => server.listen(0, '127.0.0.1', () => {
    resolve((server.address() as { port: number }).port);
  }));
  await new Promise(resolve => server.close(resolve));
  return port;
}
