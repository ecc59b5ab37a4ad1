/** The code on the pages of docs/clients. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { ROOT } from '../../support/set-up';

export const PAGES = join(ROOT, 'docs', 'clients');
export const PLACEHOLDERS = { url: 'https://collect.example.com', key: 'YOUR_WRITE_KEY' } as const;

/** What is written behind the fence of a block that can be run → where it runs. */
const PLATFORMS = { 'js web': 'web', 'js node': 'node', 'python': 'python' } as const;

export interface Snippet {
  readonly name: string;
  readonly platform: (typeof PLATFORMS)[keyof typeof PLATFORMS];
  readonly code: string;
}

export function pages(): string[] {
  return readdirSync(PAGES).filter(file => file.endsWith('.md'));
}

export function blocksOf(page: string): { readonly info: string; readonly code: string }[] {
  const text = readFileSync(join(PAGES, page), 'utf8');
  return [...text.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map(([, info, code]) => ({ info, code }));
}

/** Everything that can be run. */
export function snippets(): Snippet[] {
  return pages().flatMap(page => blocksOf(page).flatMap(({ info, code }) => {
    const platform = PLATFORMS[info as keyof typeof PLATFORMS];
    return platform ? [{ name: `${page.replace('.md', '')}-${platform}`, platform, code }] : [];
  }));
}

/** The code with nothing changed but the placeholders. */
export function filled({ code }: Snippet, url: string, key: string): string {
  return code.replaceAll(PLACEHOLDERS.url, url).replaceAll(PLACEHOLDERS.key, key);
}
