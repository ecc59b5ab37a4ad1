/** Shows the visitor every request the tracker makes and the collector's answer. */
import { SiteConfig } from './config';

interface SentMessage {
  readonly type?: string;
  readonly event?: string;
  readonly name?: string;
  readonly userId?: string;
  readonly batch?: readonly SentMessage[];
}

const escape = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);

function title(message: SentMessage | undefined, path: string): { kind: string; name: string } {
  if (message?.batch) return { kind: 'batch', name: `${message.batch.length} events` };
  if (message?.type) return { kind: message.type, name: message.event ?? message.name ?? message.userId ?? '' };
  return { kind: 'settings', name: path };
}

function parse(body: unknown): SentMessage | undefined {
  try {
    return typeof body === 'string' ? JSON.parse(body) as SentMessage : undefined;
  } catch {
    return undefined; // not the tracker's: shown without a name
  }
}

export class RequestLog {
  private readonly list: HTMLOListElement;
  private count = 0;

  constructor(private readonly panel: HTMLElement, private readonly onUnreachable: () => void) {
    this.list = panel.querySelector('ol') as HTMLOListElement;
  }

  /** The tracker calls `fetch`; watching it there leaves the tracker itself as it is. */
  watch({ collectorUrl }: SiteConfig) {
    const send = window.fetch.bind(window);
    window.fetch = async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (!url.startsWith(collectorUrl)) return send(input, init);
      const entry = this.add(parse(init?.body), new URL(url).pathname);
      const started = performance.now();
      try {
        const response = await send(input, init);
        this.answered(entry, response.status, performance.now() - started, await response.clone().text());
        return response;
      } catch (error) {
        this.failed(entry);
        throw error;
      }
    };
  }

  private add(message: SentMessage | undefined, path: string): HTMLLIElement {
    const { kind, name } = title(message, path);
    const entry = document.createElement('li');
    entry.innerHTML = `<details><summary><span class="kind ${escape(kind)}">${escape(kind)}</span>`
      + `<span class="name">${escape(name)}</span><span class="status waiting">…</span></summary>`
      + `<pre>${escape(JSON.stringify(message ?? path, undefined, 2))}</pre></details>`;
    this.list.prepend(entry);
    this.panel.classList.add('used');
    if (message) this.count += 1;
    (this.panel.querySelector('.count') as HTMLElement).textContent = String(this.count);
    return entry;
  }

  private answered(entry: HTMLLIElement, status: number, milliseconds: number, answer: string) {
    const badge = entry.querySelector('.status') as HTMLElement;
    badge.className = `status ${status < 400 ? 'good' : 'bad'}`;
    badge.textContent = `${status} · ${Math.round(milliseconds)} ms`;
    entry.querySelector('pre')?.append(`\n\nanswer: ${answer.slice(0, 500)}`);
  }

  private failed(entry: HTMLLIElement) {
    const badge = entry.querySelector('.status') as HTMLElement;
    badge.className = 'status bad';
    badge.textContent = 'no answer';
    this.onUnreachable();
  }
}
