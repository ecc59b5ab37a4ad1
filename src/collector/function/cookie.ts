import { uuidV5 } from './uuid';

/** The first-party cookie: an id that outlives what trackers can keep in a browser's storage. */
export interface CookiePolicy {
  /** absent: the collector's own host only */
  readonly domain?: string;
}

/** Browsers refuse cookies for a domain of one part. */
export const COOKIE_DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;

export interface FirstPartyCookie {
  readonly id: string;
  /** the browser did not have it yet */
  readonly isNew: boolean;
  /** value of the Set-Cookie header that starts or renews it */
  readonly setCookie: string;
}

const NAME = 'sp';
const ONE_YEAR_MS = 365 * 24 * 60 * 60 * 1000;
/** The form of an id that this collector set, or a Snowplow collector before it on the same domain. */
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the cookie, or makes one: its id follows from the request's, so that the same request always gets the same. */
export function firstPartyCookie(
  cookieHeader: string | undefined,
  requestId: string,
  now: number,
  policy: CookiePolicy,
): FirstPartyCookie {
  const found = (cookieHeader ?? '')
    .split(';')
    .map(pair => pair.trim().split('='))
    .find(([name, value]) => name === NAME && ID.test(value ?? ''));
  const id = found?.[1] ?? uuidV5(`cookie:${requestId}`);
  const domain = policy.domain === undefined ? '' : ` Domain=${policy.domain};`;
  const expires = new Date(now + ONE_YEAR_MS).toUTCString();
  return {
    id,
    isNew: !found,
    setCookie: `${NAME}=${id};${domain} Path=/; Secure; HttpOnly; SameSite=None; Expires=${expires}`,
  };
}
