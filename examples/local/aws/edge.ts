/** Plays the template's REST API on 127.0.0.1: stage, limits, throttle, gateway responses, Lambda proxy integration. */
import { randomUUID } from 'crypto';
import { IncomingMessage, Server, ServerResponse } from 'http';
import { Answer, gatewayResponse, ResponseType, unknownStage } from './gateway-responses';
import { LambdaHost } from './lambda-host';
import { answerOf, proxyEvent } from './proxy-event';
import { RestApi } from './template';
import { TokenBucket } from './throttle';
import { close, listen, localServer } from '../support/servers';

/** REST API: request line and headers together. */
const MAX_HEADER_BYTES = 10_240;
/** REST API: body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Lambda: the event of a synchronous invocation, so about 4.5 MB of body in base64. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** Enough for Node's own parser not to refuse what API Gateway answers. */
const PARSER_HEADER_BYTES = 256 * 1024;

/** The gateway answers by itself. */
class Refused extends Error {
  constructor(readonly type: ResponseType) {
    super(type);
  }
}

/** A custom domain, whose URLs do not name the stage. */
export interface CustomDomain {
  /** of the mapping, without slashes. Absent or '': the whole domain leads to the stage */
  readonly basePath?: string;
}

export class Edge {
  private readonly server: Server;
  private readonly bucket?: TokenBucket;

  /** @param domain absent: requests arrive at the API's own URL */
  constructor(
    private readonly api: RestApi, private readonly lambda: LambdaHost, private readonly domain?: CustomDomain,
  ) {
    const { rateLimit, burstLimit } = api;
    if (rateLimit !== undefined && burstLimit !== undefined) this.bucket = new TokenBucket(rateLimit, burstLimit);
    // Pages of every origin may send events: the collector's own CORS rules decide, as on AWS.
    this.server = localServer((request, response) => this.answer(request, response),
      { maxHeaderSize: PARSER_HEADER_BYTES, anyHost: domain !== undefined, origins: 'any' });
  }

  /** @returns the URL of the stage, with a slash at its end as API Gateway's own */
  async listen(port: number): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server, port, 'collector')}${this.prefix}/`;
  }

  /** What comes before the resource's path. */
  private get prefix(): string {
    const first = this.domain ? this.domain.basePath : this.api.stage;
    return first ? `/${first}` : '';
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
    if (headerBytes(request) > MAX_HEADER_BYTES) throw new Refused('DEFAULT_4XX');
    // Split by hand: a WHATWG URL would tidy up paths such as //x or /./x, which API Gateway does not.
    const [rawPath, ...search] = (request.url ?? '/').split('?');
    if (!`${rawPath}/`.startsWith(`${this.prefix}/`)) {
      if (rawPath === '/') throw new Refused('MISSING_AUTHENTICATION_TOKEN');
      return unknownStage(requestId);
    }
    if (this.bucket?.take() === false) throw new Refused('THROTTLED');

    const body = await readBody(request);
    const path = `/${rawPath.slice(this.prefix.length + 1).split('/').map(decode).join('/')}`;
    const full = `${this.prefix}${path}`;
    const address = { path, ofRequest: this.domain ? full : path, full };
    const query = new URLSearchParams(search.join('?'));
    const event = proxyEvent(this.api, { message: request, body, requestId, receivedAt }, address, query);
    if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) throw new Refused('REQUEST_TOO_LARGE');
    const answer = answerOf(this.api, await this.invoke(event, requestId));
    if (answer === undefined) throw new Refused('DEFAULT_5XX');
    return answer;
  }

  private refusal(type: ResponseType, request: IncomingMessage, requestId: string): Answer {
    const headers = request.headers as Record<string, string | undefined>;
    return gatewayResponse(this.api, type, { requestId, headers });
  }

  /** A function that fails or times out is a 502. One that outlives the integration's own time limit is a 504. */
  private invoke(event: unknown, requestId: string): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Refused('INTEGRATION_TIMEOUT')), this.api.integrationTimeoutMs);
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
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(new Refused('REQUEST_TOO_LARGE'));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
