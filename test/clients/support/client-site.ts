/** The site whose pages carry the browsers' SDKs, on another site than the collector. */
import { createServer, Server } from 'http';
import { join } from 'path';
import { build } from 'esbuild';
import { close, listen } from '../../../examples/local/support';

const PAGES = join(__dirname, '..', 'browser');

/** Bundles a page's script as a site's own build would. @param source module text that may import packages */
async function bundled(entry: { readonly file: string } | { readonly source: string }): Promise<string> {
  const { outputFiles } = await build({
    ...('file' in entry
      ? { entryPoints: [entry.file] }
      : { stdin: { contents: entry.source, resolveDir: PAGES, loader: 'ts' } }),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"', 'global': 'globalThis' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

export class ClientSite {
  private readonly scripts = new Map<string, Promise<string>>();
  private readonly server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const script = this.scripts.get(pathname.replace(/^\/|\.js$/g, ''));
    if (!script) {
      response.writeHead(404).end();
    } else if (pathname.endsWith('.js')) {
      void script.then(
        text => response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(text),
        (error: Error) => response.writeHead(500).end(error.message),
      );
    } else {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(
          '<!doctype html><html lang="de"><title>Shop</title><link rel="icon" href="data:,"><h1>Shop</h1>' +
            `<script type="module" src="${pathname}.js"></script>`,
        );
    }
  });

  private port = 0;

  async listen(): Promise<void> {
    this.port = await listen(this.server, 0, 'site');
  }

  close(): Promise<void> {
    return close(this.server);
  }

  /**
   * @param host a name where the collector has an address makes the two not even of the same site, so
   *   that cookies are a third party's
   * @returns the URL of a page with the script `browser/<name>.mjs`
   */
  pageOf(name: string, host = 'localhost'): string {
    if (!this.scripts.has(name)) this.scripts.set(name, bundled({ file: join(PAGES, `${name}.mjs`) }));
    return `http://${host}:${this.port}/${name}`;
  }

  /** @returns the URL of a page with this script */
  pageWith(name: string, source: string): string {
    this.scripts.set(name, bundled({ source }));
    return `http://localhost:${this.port}/${name}`;
  }
}
