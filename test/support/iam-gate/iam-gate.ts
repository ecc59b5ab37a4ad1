/** A proxy before an emulator of AWS, which lets through what the roles of a template may do. */
import { createServer, IncomingMessage, request as httpRequest, Server, ServerResponse } from 'http';
import { awsRequest, AwsRequest, RequestParts } from './aws-request';
import { Context } from './conditions';
import { Denial, denial } from './denial';
import { Keys, kmsRights } from './kms-rights';
import { isAllowed, Right, Statement } from './policy';
import { neededRights } from './rights';
import { Call } from './usage';
import { ACCOUNT } from '../../../examples/local/aws';
import { close, listen } from '../../../examples/local/support';

export interface IamGateOptions {
  /** Signing name → URL of its emulator. */
  readonly services: Readonly<Record<string, string>>;
  /** Asked at each call, because policies change under a deployment. */
  readonly policies: PolicySource;
  /** Customer's keys of buckets and streams. Without them nothing needs a right to a key. */
  readonly keys?: Keys;
  /** Context that a request does not carry, such as the VPC of a network interface. */
  readonly context?: (right: Right) => Promise<Context>;
  /** Requests that nobody signs because their URL is the permission, as a pre-signed one is. */
  readonly presigned?: { readonly path: RegExp; readonly upstream: string };
  /** Hears of each right that a request needed, before the request is answered. */
  readonly onCall?: (call: Call) => void;
  /** Hears of each request that the gate could not judge. */
  readonly onFailure?: (error: Error) => void;
}

/** Access key id → the statements of the role that it stands for. Undefined for a role that does not exist. */
export type PolicySource = (role: string) => Promise<readonly Statement[] | undefined>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

/** Names of what an answer of Kinesis gives as a token for its stream. */
const TOKENS = ['ShardIterator', 'NextShardIterator', 'NextToken'];

/** Headers of one connection only. Node answers `expect` itself. */
const HOP_BY_HOP = ['connection', 'expect', 'keep-alive', 'transfer-encoding', 'host'];

export class IamGate {
  static async start(options: IamGateOptions): Promise<IamGate> {
    const gate = new IamGate(options);
    gate.port = await listen(gate.server, 0, 'gate');
    return gate;
  }

  /** Every right that any request needed, in order. */
  readonly calls: Call[] = [];
  private port = 0;
  private readonly tokens = new Map<string, string>();
  private readonly server: Server = createServer((request, response) => {
    this.answer(request).then(answer => send(request, response, answer), (error: Error) => {
      if (!request.complete) return; // who asked was killed in the middle of the request
      send(request, response, { status: 500, headers: { 'content-type': 'text/plain' }, body: `${error.message}\n` });
      this.failures.push(error);
      this.options.onFailure?.(error);
    });
  });
  /** Requests that the gate could not judge. */
  readonly failures: Error[] = [];

  private constructor(private readonly options: IamGateOptions) {}

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await close(this.server);
  }

  private async answer(message: IncomingMessage): Promise<Answer> {
    const { method = 'GET', url = '/', headers } = message;
    const parts: RequestParts = { method, url, headers, body: await bodyOf(message) };
    const request = awsRequest(parts);
    const { presigned } = this.options;
    if (request === undefined && presigned?.path.test(url)) return this.forward(presigned.upstream, parts);
    if (request === undefined) throw new Error(`${method} ${url} is not signed`);
    const upstream = this.options.services[request.service];
    if (upstream === undefined) throw new Error(`no emulator for ${request.service} (${method} ${url})`);
    const rights = neededRights(request, ACCOUNT, this.tokens);
    const denied = await this.judge(request, [...rights, ...kmsRights(request, rights, this.options.keys ?? {})]);
    if (denied) return denied;
    const answer = await this.forward(upstream, parts);
    if (request.service === 'kinesis') this.remember(answer, rights);
    return answer;
  }

  private async judge(request: AwsRequest, rights: readonly Right[]): Promise<Denial | undefined> {
    const { role } = request;
    const statements = await this.options.policies(role);
    if (statements === undefined) throw new Error(`there is no role ${role}`);
    const search = request.query.toString();
    const line = `${request.method} ${request.path}${search ? `?${search}` : ''}`;
    let first: Right | undefined;
    for (const right of rights) {
      const context = { ...right.context, ...await this.options.context?.(right) };
      const allowed = isAllowed(statements, { ...right, context });
      this.note({ role, action: right.action, resource: right.resource, allowed, request: line });
      if (!allowed) first ??= right;
    }
    return first && denial(request, first);
  }

  private note(call: Call) {
    this.calls.push(call);
    this.options.onCall?.(call);
  }

  private forward(upstream: string, { method, url, headers, body }: RequestParts): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(new URL(url, upstream), {
        agent: false, // the emulator might close a connection that is kept, just then
        method,
        path: url,
        headers: { ...endToEnd(headers), 'content-length': body.length },
      }, incoming => {
        bodyOf(incoming).then(answer => resolve({
          status: incoming.statusCode ?? 502, headers: endToEnd(incoming.headers), body: answer,
        }), reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Kinesis names the stream once. Later calls only carry the token of an answer. */
  private remember({ body }: Answer, [right]: readonly Right[]) {
    const fields = JSON.parse(String(body) || '{}') as Record<string, unknown>;
    for (const name of TOKENS) {
      if (typeof fields[name] === 'string') this.tokens.set(fields[name], right.resource);
    }
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function endToEnd<Headers extends object>(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name))) as Headers;
}

/** The answer to a HEAD keeps the length of the body that it does not have. */
function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer) {
  const length = method === 'HEAD' ? String(headers['content-length'] ?? 0) : Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': length });
  response.end(method === 'HEAD' ? undefined : body);
}
