/** Making, starting and stopping the HTTP servers of the local run. */
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { Admission, refusal } from './admission.cjs';
import { LocalRunError } from './errors.cjs';
import { printable } from './printable.cjs';

export interface ServerOptions extends Admission {
  /** Beyond it Node's parser answers by itself. */
  readonly maxHeaderSize?: number;
}

/** A server that turns away those who may not ask, and that no request ends: a failure of `handle` is a 500. */
export function localServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>, options: ServerOptions = {},
): Server {
  const { maxHeaderSize, ...admission } = options;
  return createServer({ maxHeaderSize }, (request, response) => {
    const refused = refusal(request, admission);
    if (refused) {
      answerText(response, refused.status, refused.message);
      request.resume();
      return;
    }
    handle(request, response).catch((error: Error) => {
      process.stderr.write(`${printable(`${request.method} ${request.url} failed: ${error.message}`)}\n`);
      if (response.headersSent) response.destroy();
      else answerText(response, 500, 'The request could not be served.');
    });
  });
}

export function answerText(response: ServerResponse, status: number, text: string) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** @param name of the option that chooses the port @returns the port, which the system chooses when 0 is asked for */
export function listen(server: Server, port: number, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'EADDRINUSE'
      ? new LocalRunError(`port ${port} is in use`,
        `stop what listens there or choose another with --${name}-port <number> (0 = any free one)`)
      : error));
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
