/** Stands before the collector and answers some requests itself, with the answers of the template's own gateway. */
import { createServer, IncomingMessage, request as forward, Server, ServerResponse } from 'http';
import { EdgeTemplate, formOf, ResponseType } from '../../../examples/local/aws';
import { close, listen } from '../../../examples/local/support';

export class Outage {
  /** Status of every answer to an event, in order. */
  readonly statuses: number[] = [];
  private readonly server: Server;
  private readonly pending: ResponseType[];

  /** @param answers to the first requests; those after them reach the collector */
  constructor(
    private readonly edge: EdgeTemplate, private readonly collectorHost: string, answers: readonly ResponseType[],
  ) {
    this.pending = [...answers];
    this.server = createServer((request, response) => {
      const type = request.method === 'POST' ? this.pending.shift() : undefined;
      if (type) this.refuse(type, request, response);
      else this.pass(request, response);
    });
  }

  /** @returns the host's URL */
  async listen(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server, 0, 'outage')}`;
  }

  close(): Promise<void> {
    return close(this.server);
  }

  /** From here on every request reaches the collector. */
  end(): void {
    this.pending.length = 0;
  }

  private refuse(type: ResponseType, request: IncomingMessage, response: ServerResponse): void {
    const { statusCode, headers, body } = formOf(this.edge).refusal(type, {
      requestId: 'outage',
      headers: request.headers as Record<string, string | undefined>,
    });
    request.resume().once('end', () => {
      this.statuses.push(statusCode);
      response.writeHead(statusCode, { ...headers, 'content-length': body.length }).end(body);
    });
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    const {
      method,
      url,
      headers: { host, ...headers },
    } = request; // the collector does not answer to the outage's host
    const onward = forward(`${this.collectorHost}${url}`, { method, headers }, answer => {
      if (method === 'POST') this.statuses.push(answer.statusCode ?? 0);
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  }
}
