import { mkdirSync } from 'fs';
import { join } from 'path';
import { Browser, launch, Page } from 'puppeteer-core';
import { chromePath, ROOT } from './set-up';

const SCREENSHOTS = join(ROOT, '.local', 'screenshots');
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws one clear sentence when there is no browser */
export function startBrowser(): Promise<Browser> {
  return launch({ executablePath: chromePath(), headless: true, args: FLAGS });
}

/** A page of a desktop's size; what goes wrong in it is kept. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(url);
  return { page, errors };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}
