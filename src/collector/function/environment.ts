import { IP_POLICIES, IpPolicy } from './client-address';
import { CLOUD_FRONT_USES, CloudFront, CloudFrontPolicy } from './cloud-front';
import { COOKIE_DOMAIN, CookiePolicy } from './cookie';
import { HOOK_HEADERS, isSecretHeader } from './hook-headers';
import { isObject, JsonObject, JsonValue } from './json';
import { AllowedOrigins, ORIGIN_PATTERN } from './origins';
import { CONSENT_POLICIES, ConsentPolicy, normalisePath, RequestPolicy } from './request';
import { WriteKeys, WriteKeysError } from './write-key';
import { METRICS_NAMESPACE } from '../../contract/generated';

/** Environment of the collector function, as the construct sets it. */
export interface CollectorEnvironment {
  /** Kinesis stream that events are written to. */
  readonly STREAM_NAME: string;
  /**
   * Origins whose pages may send, separated by commas.
   * @default - any origin
   */
  readonly ALLOWED_ORIGINS?: string;
  /**
   * `{"<source id>": {"keys": ["k1", "k2"], "appId": "shop", "rateLimit": 100}}`: more than one key to rotate
   * without loss.
   * @default - an open collector
   */
  readonly WRITE_KEYS?: string;
  /**
   * ARN of a secret in Secrets Manager that holds what WRITE_KEYS would.
   * @default - no secret
   */
  readonly WRITE_KEYS_SECRET?: string;
  /**
   * What is kept of client addresses: `truncate` (/24, /48), `drop` or `full`.
   * @default truncate
   */
  readonly CLIENT_IP?: IpPolicy;
  /**
   * `{"com.acme/track": "com.snowplowanalytics.snowplow/tp2"}`: other names of paths, which ad blockers do not know.
   * @default - none
   */
  readonly PATH_ALIASES?: string;
  /**
   * Sets the first-party cookie `sp` for Snowplow trackers: for `host`, the collector's own host, or for a domain like
   * `shop.example`.
   * @default - no cookie
   */
  readonly FIRST_PARTY_COOKIE?: string;
  /**
   * What Sec-GPC and DNT mean: `ignore`, or `anonymous`: neither address nor cookie id is stored.
   * @default ignore
   */
  readonly CONSENT_MODE?: ConsentPolicy;
  /**
   * Text by which the collector knows requests that come through its CloudFront distribution.
   * @default - no distribution
   */
  readonly CLOUD_FRONT_SECRET?: string;
  /**
   * Whether requests may come directly, too: `optional` or `required`.
   * @default required
   */
  readonly CLOUD_FRONT_USE?: CloudFrontPolicy;
  /**
   * Path of the module that exports the hook `preprocess(event, request)`, in a layer: `/opt/…`.
   * @default - none
   */
  readonly PREPROCESS_MODULE?: string;
  /**
   * Names of headers that the hook sees beside the usual ones, separated by commas.
   * @default - only the usual ones
   */
  readonly PREPROCESS_HEADERS?: string;
  /** @default ClickstreamLakehouse */
  readonly METRICS_NAMESPACE?: string;
  /**
   * Ids of sources whose events are counted by themselves, separated by commas.
   * @default - none
   */
  readonly MEASURED_SOURCES?: string;
}

/** The environment, parsed. */
export interface CollectorSettings extends RequestPolicy {
  readonly streamName: string;
  /** absent: any origin */
  readonly allowedOrigins?: AllowedOrigins;
  /** with a secret: unavailable until it is read */
  readonly writeKeys: WriteKeys;
  readonly writeKeysSecret?: string;
  readonly preprocessModule?: string;
  /** names of the headers that the hook sees, in lower case */
  readonly preprocessHeaders: ReadonlySet<string>;
  readonly metricsNamespace: string;
  readonly measuredSources: ReadonlySet<string>;
}

export class EnvironmentError extends Error {
  constructor(variable: keyof CollectorEnvironment, problem: string) {
    super(`${variable} ${problem}`);
    this.name = 'EnvironmentError';
  }
}

type Variables = Readonly<Partial<Record<keyof CollectorEnvironment, string>>>;

/** @throws {EnvironmentError} naming the variable and what it must be */
export function parseEnvironment(environment: Variables): CollectorSettings {
  if (!environment.STREAM_NAME) {
    throw new EnvironmentError('STREAM_NAME', 'is missing: it must name the Kinesis stream');
  }
  return {
    streamName: environment.STREAM_NAME,
    allowedOrigins: environment.ALLOWED_ORIGINS === undefined ? undefined : parseOrigins(environment.ALLOWED_ORIGINS),
    writeKeys: parseWriteKeys(environment.WRITE_KEYS, environment.WRITE_KEYS_SECRET),
    writeKeysSecret: environment.WRITE_KEYS_SECRET,
    clientIp: oneOf(IP_POLICIES, 'CLIENT_IP', environment.CLIENT_IP ?? 'truncate'),
    consentMode: oneOf(CONSENT_POLICIES, 'CONSENT_MODE', environment.CONSENT_MODE ?? 'ignore'),
    pathAliases: parsePathAliases(environment.PATH_ALIASES ?? '{}'),
    cookie: environment.FIRST_PARTY_COOKIE === undefined ? undefined : parseCookie(environment.FIRST_PARTY_COOKIE),
    cloudFront: parseCloudFront(environment),
    preprocessModule: environment.PREPROCESS_MODULE,
    preprocessHeaders: parseHookHeaders(environment.PREPROCESS_HEADERS),
    metricsNamespace: environment.METRICS_NAMESPACE ?? METRICS_NAMESPACE,
    measuredSources: new Set(environment.MEASURED_SOURCES?.split(',')),
  };
}

function parseHookHeaders(text: string | undefined): ReadonlySet<string> {
  const names = (text ?? '').split(',').map(name => name.trim().toLowerCase()).filter(name => name !== '');
  const secret = names.find(isSecretHeader);
  if (secret === undefined) return new Set([...HOOK_HEADERS, ...names]);
  throw new EnvironmentError('PREPROCESS_HEADERS', `has "${secret}", which holds a secret or an address`);
}

function parseOrigins(text: string): AllowedOrigins {
  const origins = text.split(',').map(origin => origin.trim()).filter(origin => origin !== '');
  for (const origin of origins) {
    if (ORIGIN_PATTERN.test(origin)) continue;
    const form = 'a scheme and a host, like https://shop.example or https://*.shop.example';
    throw new EnvironmentError('ALLOWED_ORIGINS', `has "${origin}": an origin is ${form}`);
  }
  return new AllowedOrigins(origins);
}

function parseWriteKeys(text: string | undefined, secret: string | undefined): WriteKeys {
  if (secret !== undefined) {
    if (text !== undefined) {
      throw new EnvironmentError('WRITE_KEYS', 'and WRITE_KEYS_SECRET are both set: one of them must hold all keys');
    }
    return WriteKeys.unavailable();
  }
  if (text === undefined) return WriteKeys.open();
  try {
    return WriteKeys.parse(text);
  } catch (error) {
    throw new EnvironmentError(
      'WRITE_KEYS',
      `${(error as WriteKeysError).message}; expected {"<source id>": {"keys": ["…"], "appId": "…"}}`,
    );
  }
}

function parsePathAliases(text: string): ReadonlyMap<string, string> {
  const aliases = parseObject(text);
  if (!aliases) {
    throw new EnvironmentError(
      'PATH_ALIASES',
      'is not a JSON object of paths, like {"com.acme/track": "com.snowplowanalytics.snowplow/tp2"}',
    );
  }
  return new Map(Object.entries(aliases).map(([alias, path]) => {
    if (typeof path !== 'string') throw new EnvironmentError('PATH_ALIASES', `has no path for "${alias}"`);
    return [normalisePath(alias), normalisePath(path)];
  }));
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseCookie(text: string): CookiePolicy {
  if (text === 'host') return {};
  if (!COOKIE_DOMAIN.test(text)) {
    throw new EnvironmentError('FIRST_PARTY_COOKIE', `is "${text}"; expected "host" or a domain like shop.example`);
  }
  return { domain: text };
}

function parseCloudFront({ CLOUD_FRONT_SECRET: secret, CLOUD_FRONT_USE: use }: Variables): CloudFront | undefined {
  if (secret === undefined) return undefined;
  if (secret === '') throw new EnvironmentError('CLOUD_FRONT_SECRET', 'is empty: every client could send that');
  return new CloudFront(secret, oneOf(CLOUD_FRONT_USES, 'CLOUD_FRONT_USE', use ?? 'required'));
}

function oneOf<T extends string>(known: readonly T[], variable: keyof CollectorEnvironment, text: string): T {
  const found = known.find(value => value === text);
  if (!found) throw new EnvironmentError(variable, `is "${text}"; expected one of ${known.join(', ')}`);
  return found;
}
