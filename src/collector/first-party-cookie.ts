import { COOKIE_DOMAIN } from './function/interface';
import { requireMatch } from '../private/validate';

/**
 * Domain of the collector's cookie `sp`. The cookie is set in responses to Snowplow's trackers and expires a year after
 * the last one.
 */
export class FirstPartyCookie {
  /**
   * A cookie for the collector's own host only.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   collector: { firstPartyCookie: FirstPartyCookie.host() },
   * });
   */
  public static host(): FirstPartyCookie {
    return new FirstPartyCookie(undefined);
  }

  /**
   * A cookie for a domain and all its subdomains.
   *
   * @param domainName The domain of the collector or one above it, like `shop.example`
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   collector: { firstPartyCookie: FirstPartyCookie.domain('shop.example') },
   * });
   */
  public static domain(domainName: string): FirstPartyCookie {
    requireMatch('collector.firstPartyCookie', domainName, COOKIE_DOMAIN, 'a domain like shop.example');
    return new FirstPartyCookie(domainName);
  }

  /** @internal */
  public readonly _domain?: string;

  private constructor(domain: string | undefined) {
    this._domain = domain;
  }
}
