/** Plays the template's edge on 127.0.0.1: stage, limits, throttle, its own answers, the call of the function. */
import { randomUUID } from 'crypto';
import { IncomingMessage, Server, ServerResponse } from 'http';
import { Answer, EdgeForm, EdgeRequest, ResponseType } from './edge-form';
import { formOf } from './edge-forms';
import { EdgeTemplate } from './edge-template';
import { unknownStage } from './gateway-responses';
import { TemplateError } from './intrinsics';
import { LambdaHost } from './lambda-host';
import { TokenBucket } from './throttle';
import { close, listen, localServer } from '../support/servers';

/** Lambda: the event of a synchronous invocation, so about 4.5 MB of body in base64. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Enough for Node's own parser not to refuse what API Gateway answers. */
const PARSER_HEADER_BYTES = 256 * 1024;

/** The edge answers by itself. */
class Refused extends Error {
  constructor(readonly type: ResponseType) {
    super(type);
  }
}

/** A custom domain of an API, whose URLs do not name the stage. */
export interface CustomDomain {
  /** of the mapping, without slashes. Absent or '': the whole domain leads to the stage */
  readonly basePath?: string;
}

export class Edge {
  private readonly server: Server;
  private readonly bucket?: TokenBucket;
  private readonly form: EdgeForm;

  /** @param domain absent: requests arrive at the edge's own URL */
  constructor(
    private readonly edge: EdgeTemplate, private readonly lambda: LambdaHost, private readonly domain?: CustomDomain,
  ) {
    if (domain && edge.kind === 'function URL') throw new TemplateError('a function URL has no custom domain');
    const { rateLimit, burstLimit } = edge;
    this.form = formOf(edge);
    if (rateLimit !== undefined && burstLimit !== undefined) this.bucket = new TokenBucket(rateLimit, burstLimit);
    // Pages of every origin may send events: the collector's own CORS rules decide, as on AWS.
    this.server = localServer((request, response) => this.answer(request, response),
      { maxHeaderSize: PARSER_HEADER_BYTES, anyHost: domain !== undefined, origins: 'any' });
  }

  /** @returns its URL with the stage, if that has one, and a slash at its end */
  async listen(port: number): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server, port, 'collector')}${this.prefix}/`;
  }

  /** What comes before the resource's path. */
  private get prefix(): string {
    if (!this.domain) return this.form.prefix;
    return this.domain.basePath ? `/${this.domain.basePath}` : '';
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async answer(request: IncomingMessage, response: ServerResponse) {
    const requestId = randomUUID();
    const answer = await this.respond(request, requestId).catch((error: unknown) => {
      return this.refusal(error instanceof Refused ? error.type : 'DEFAULT_5XX', request, requestId);
    });
    response.writeHead(answer.statusCode, { ...answer.headers, 'content-length': answer.body.length });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
    request.resume(); // what was refused unread must not block the connection
  }

  private async respond(request: IncomingMessage, requestId: string): Promise<Answer> {
    const receivedAt = new Date();
    if (headerBytes(request) > this.form.maxHeaderBytes) throw new Refused('DEFAULT_4XX');
    // Split by hand: a WHATWG URL would tidy up paths such as //x or /./x, which API Gateway does not.
    const [rawPath, ...search] = (request.url ?? '/').split('?');
    if (!`${rawPath}/`.startsWith(`${this.prefix}/`)) {
      if (rawPath === '/') throw new Refused('MISSING_AUTHENTICATION_TOKEN');
      return unknownStage(requestId);
    }
    if (this.bucket?.take() === false) throw new Refused('THROTTLED');

    const edgeRequest: EdgeRequest = {
      message: request,
      body: await readBody(request, this.form.maxBodyBytes),
      requestId,
      receivedAt,
      rawPath,
      prefix: this.prefix,
      path: `/${rawPath.slice(this.prefix.length + 1).split('/').map(decode).join('/')}`,
      atDomain: this.domain !== undefined,
      search: search.join('?'),
    };
    const event = this.form.event(edgeRequest);
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) throw new Refused('REQUEST_TOO_LARGE');
    const answer = this.form.answer(await this.invoke(event, requestId));
    if (answer === undefined) throw new Refused('DEFAULT_5XX');
    return answer;
  }

  private refusal(type: ResponseType, request: IncomingMessage, requestId: string): Answer {
    const headers = request.headers as Record<string, string | undefined>;
    return this.form.refusal(type, { requestId, headers });
  }

  /** A function that fails is one answer, and one that outlives the integration's own time limit another. */
  private invoke(event: unknown, requestId: string): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Refused('INTEGRATION_TIMEOUT')), this.edge.integrationTimeoutMs);
    });
    return Promise.race([this.lambda.invoke(event, requestId), late]).finally(() => clearTimeout(timer));
  }
}

function headerBytes({ method, url, httpVersion, rawHeaders }: IncomingMessage): number {
  const requestLine = `${method} ${url} HTTP/${httpVersion}`.length;
  return requestLine + rawHeaders.reduce((total, text) => total + Buffer.byteLength(text), 0);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a stray % is passed on as it came
  }
}

/** Drops the rest after the limit but lets it flow: closing the connection would cost the client its answer. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else reject(new Refused('REQUEST_TOO_LARGE'));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
