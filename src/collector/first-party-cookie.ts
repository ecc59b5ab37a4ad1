import { COOKIE_DOMAIN } from './function/interface';
import { requireMatch } from '../private/validate';

/** Where the collector's cookie `sp` counts. It is set in answers to Snowplow's trackers and lasts a year from the last one. */
export class FirstPartyCookie {
  /** Only at the collector's own host. */
  public static host(): FirstPartyCookie {
    return new FirstPartyCookie(undefined);
  }

  /**
   * At a domain and all below it.
   *
   * @param domainName like `shop.example`: the domain of the collector, or one above it
   */
  public static domain(domainName: string): FirstPartyCookie {
    requireMatch('ingestion.firstPartyCookie', domainName, COOKIE_DOMAIN, 'a domain like shop.example');
    return new FirstPartyCookie(domainName);
  }

  /** @internal */
  public readonly _domain?: string;

  private constructor(domain: string | undefined) {
    this._domain = domain;
  }
}
