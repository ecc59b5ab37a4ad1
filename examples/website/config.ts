/** The config.json that a deployment writes beside the page: where events go and which source they belong to. */
export interface SiteConfig {
  /** The collector's URL with its stage. */
  readonly collectorUrl: string;
  readonly writeKey: string;
}

/** The reader can act on the message. */
export class ConfigError extends Error {}

/** @throws ConfigError */
export async function loadConfig(): Promise<SiteConfig> {
  const answer = await fetch('config.json', { cache: 'no-store' }).catch(() => undefined);
  if (!answer?.ok) {
    throw new ConfigError('This shop has no config.json beside it, so it does not know where to send its events.');
  }
  const config = await answer.json().catch(() => undefined) as Partial<SiteConfig> | undefined;
  if (!config?.collectorUrl || !config.writeKey) {
    throw new ConfigError('config.json needs a collectorUrl and a writeKey; until then no event is sent.');
  }
  return { collectorUrl: withoutSlashAtEnd(config.collectorUrl), writeKey: config.writeKey };
}

function withoutSlashAtEnd(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end--;
  return url.slice(0, end);
}
