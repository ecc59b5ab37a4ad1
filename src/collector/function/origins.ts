/** An origin, or all that are below a domain: `https://*.shop.example`. */
export const ORIGIN_PATTERN = /^[a-z][a-z0-9+.-]{0,30}:\/\/(?:\*\.)?[^/\s',*]{1,255}$/;

/** Origins whose pages may send. */
export class AllowedOrigins {
  private readonly exact: ReadonlySet<string>;
  private readonly below: readonly { readonly scheme: string; readonly domain: string }[];

  /** @param patterns as {@link ORIGIN_PATTERN} says */
  constructor(patterns: readonly string[]) {
    this.exact = new Set(patterns.filter(pattern => !pattern.includes('*')));
    this.below = patterns
      .filter(pattern => pattern.includes('*'))
      .map(pattern => pattern.split('*'))
      .map(([scheme, domain]) => ({ scheme, domain }));
  }

  /** Whether a request with this Origin header may send. Servers and apps send no such header. */
  allow(origin: string | undefined): boolean {
    if (origin === undefined || this.exact.has(origin)) return true;
    return this.below.some(({ scheme, domain }) => isBelow(origin, scheme, domain));
  }
}

function isBelow(origin: string, scheme: string, domain: string): boolean {
  if (!origin.startsWith(scheme) || !origin.endsWith(domain)) return false;
  return /^[a-z0-9.-]+$/i.test(origin.slice(scheme.length, -domain.length));
}
