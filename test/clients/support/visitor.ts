/** A visitor's browser: its own cookies and storage, three visits of a page. */
import type { Browser, BrowserContext, Page } from 'puppeteer-core';

const LOADED_MS = 20_000;

export interface Settings {
  readonly url: string;
  readonly key: string;
  readonly mode?: string;
}

export class Visitor {
  static async of(browser: Browser): Promise<Visitor> {
    const userAgent = (await browser.userAgent()).replace('Headless', '');
    return new Visitor(await browser.createBrowserContext(), userAgent);
  }

  /** What the pages complained about. */
  readonly complaints: string[] = [];

  private constructor(private readonly context: BrowserContext, private readonly userAgent: string) {}

  /** Opens the page, goes on to it again, closes the tab, and opens it in another one. */
  async visitThrice(address: string, settings: Settings): Promise<void> {
    const tab = await this.openTab(settings);
    await this.visit(tab, `${address}?visit=1`);
    await this.visit(tab, `${address}?visit=2`);
    await tab.close({ runBeforeUnload: true });
    await this.visit(await this.openTab(settings), `${address}?visit=3`);
  }

  /** Opens a page and waits for nothing but its loading. */
  async open(address: string): Promise<Page> {
    const tab = await this.openTab();
    await tab.goto(address);
    return tab;
  }

  leave(): Promise<void> {
    return this.context.close();
  }

  async openTab(settings?: Settings): Promise<Page> {
    const tab = await this.context.newPage();
    tab.on('pageerror', error => this.complaints.push(String(error)));
    tab.on('console', message => { if (message.type() === 'error') this.complaints.push(message.text()); });
    // PostHog's SDK drops what a browser tracks that says it is headless or driven by a program.
    await tab.setUserAgent({ userAgent: this.userAgent });
    await tab.evaluateOnNewDocument("Object.defineProperty(navigator, 'webdriver', { get: () => false })");
    if (settings) await tab.evaluateOnNewDocument(`window.collector = ${JSON.stringify(settings)}`);
    return tab;
  }

  /** Opens the page and waits until its script has made its calls. */
  async visit(tab: Page, address: string): Promise<void> {
    await tab.goto(address);
    await tab.waitForFunction('window.done', { timeout: LOADED_MS }).catch((error: Error) => {
      throw new Error(`${address}: ${error.message}\n${this.complaints.join('\n')}`);
    });
  }
}
