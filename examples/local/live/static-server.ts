/** Serves a folder of web pages, and JSON made at request time beside them. */
import { readFile } from 'fs/promises';
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { extname, join, normalize } from 'path';
import { close, listen } from '../support/servers';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

export class StaticServer {
  private readonly server: Server;

  /** @param files path → function that makes its content, sent as JSON */
  constructor(private readonly folder: string, private readonly files: Readonly<Record<string, () => unknown>>) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** @param name of the option that chooses the port @returns the site's URL */
  async listen(port: number, name: string): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server, port, name)}/`;
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async serve({ url = '/' }: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    const content = await this.content(path);
    if (content === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
      return;
    }
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
  }

  private async content(path: string): Promise<Buffer | string | undefined> {
    if (Object.hasOwn(this.files, path)) return JSON.stringify(this.files[path]());
    return readFile(join(this.folder, normalize(path))).catch(() => undefined);
  }
}
