/** Serves a folder of web pages, and JSON made at request time beside them, to pages of its own origin only. */
import { readFile } from 'fs/promises';
import { IncomingMessage, Server, ServerResponse } from 'http';
import { extname, join, normalize } from 'path';
import { answerText, close, listen, localServer } from '../support/servers';

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
    this.server = localServer((request, response) => this.serve(request, response));
  }

  /** @param name of the option that chooses the port @returns the site's URL */
  async listen(port: number, name: string): Promise<string> {
    return `http://127.0.0.1:${await listen(this.server, port, name)}/`;
  }

  close(): Promise<void> {
    return close(this.server);
  }

  private async serve({ url = '/' }: IncomingMessage, response: ServerResponse) {
    const [path] = url.split('?');
    const name = path === '/' ? '/index.html' : path;
    const content = await this.content(name);
    if (content === undefined) {
      answerText(response, 404, 'not found');
      return;
    }
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(content);
  }

  /** An absolute path, as every request's is, cannot lead out of the folder once it is normalized. */
  private async content(path: string): Promise<Buffer | string | undefined> {
    if (Object.hasOwn(this.files, path)) return JSON.stringify(this.files[path]());
    return readFile(join(this.folder, normalize(path))).catch(() => undefined);
  }
}
