/** What the tests of browsers' SDKs share: a collector, a browser, and a site whose pages carry the SDKs. */
import type { Browser } from 'puppeteer-core';
import { ClientSite } from './client-site';
import { Collector, CollectorOptions } from './collector';
import { Visitor } from './visitor';
import { startBrowser } from '../../support/browser';

export class BrowserLab {
  collector!: Collector;
  readonly site = new ClientSite();
  private browser?: Browser;

  async start(options: CollectorOptions): Promise<void> {
    await Promise.all([
      Collector.start(options).then(collector => { this.collector = collector; }),
      startBrowser().then(browser => { this.browser = browser; }),
      this.site.listen(),
    ]);
  }

  /** Somebody who was never here. */
  visitor(): Promise<Visitor> {
    if (!this.browser) throw new Error('the browser is not started');
    return Visitor.of(this.browser);
  }

  /** Whatever of it was started. */
  async stop(): Promise<void> {
    await this.browser?.close();
    await this.site.close();
    await (this.collector as Collector | undefined)?.stop();
  }
}
