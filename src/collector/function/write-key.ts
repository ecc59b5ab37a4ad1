import { createHash, timingSafeEqual } from 'crypto';
import { KeysUnavailableError, UnauthorizedError } from './errors';
import { isArray, isObject, JsonValue } from './json';
import { TokenBucket } from './token-bucket';

/** Who sent a request. */
export interface Source {
  /** configured id of the write key, absent in an open collector */
  readonly id?: string;
  /** configured application */
  readonly appId?: string;
  /** the most that the source may send with all its keys, undefined for no limit */
  readonly quota?: TokenBucket;
}

interface KnownKey { readonly digest: Buffer; readonly source: Source }

/** Keys in a request's content. */
export interface ContentKeys {
  readonly key?: string;
  /** an application id where a tracker cannot send a key */
  readonly appId?: string;
}

/** Where a request carries keys beside its content. */
interface KeyCarrier {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Query parameters that carry a key, in the order in which they count. */
const QUERY_KEYS = ['writeKey', 'write_key', 'api_secret', 'api_key', 'appId', 'token'];

/** Keys of a request's headers and query, in the order in which they count. They are known before a body is read. */
export function keysBeside({ headers, query }: KeyCarrier): string[] {
  return usable([basicUsername(headers.authorization), ...QUERY_KEYS.map(name => query[name]), headers['x-write-key']]);
}

/** Keys of a request's content. They count where none is beside it. */
export function keysWithin({ key, appId }: ContentKeys): string[] {
  return usable([key, appId]);
}

function usable(keys: readonly (string | undefined)[]): string[] {
  return keys.filter(key => key !== undefined).filter(isUsableKey);
}

/** Jitsu's browser client masks the key in the body and sends the real one in a header; a blank key is no key. */
export function isUsableKey(key: string): boolean {
  return key.trim() !== '' && !key.includes('***');
}

/** The configuration of write keys is not of its shape. Its message quotes no key. */
export class WriteKeysError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WriteKeysError';
  }
}

/** The configured write keys. Only their digests are kept. */
export class WriteKeys {
  /** A collector that takes events from anyone. */
  static open(): WriteKeys {
    return new WriteKeys('anybody');
  }

  /** A collector that has keys, but does not know them at present: it can neither take nor refuse. */
  static unavailable(): WriteKeys {
    return new WriteKeys('unknown');
  }

  /**
   * @param text JSON of `{"<source id>": {"keys": ["k1", "k2"], "appId": "shop", "rateLimit": 100}}`
   * @throws {WriteKeysError}
   */
  static parse(text: string): WriteKeys {
    return WriteKeys.of(parseJson(text));
  }

  /** @throws {WriteKeysError} */
  static of(configuration: JsonValue): WriteKeys {
    if (!isObject(configuration)) throw new WriteKeysError('is not an object');
    const known = Object.entries(configuration).flatMap(([id, value]) => sourceKeys(id, value));
    if (known.length === 0) throw new WriteKeysError('has no source, so nobody could send');
    requireDifferent(known);
    return new WriteKeys(known);
  }

  private constructor(private readonly known: readonly KnownKey[] | 'anybody' | 'unknown') {}

  /** Whether anybody may send: then nothing that a client sends is a key. */
  get areOpen(): boolean {
    return this.known === 'anybody';
  }

  /**
   * The source of the first key presented.
   * @throws {UnauthorizedError}
   * @throws {KeysUnavailableError}
   */
  authenticate([key]: readonly string[]): Source {
    if (this.known === 'anybody') return {};
    if (this.known === 'unknown') throw new KeysUnavailableError();
    if (key === undefined) throw new UnauthorizedError('missing_write_key', 'The request carries no write key.');
    const source = find(this.known, key);
    if (!source) throw new UnauthorizedError('unknown_write_key', 'The write key is not known here.');
    return source;
  }
}

/** Compares with every key, and digests of one length, so that the time taken tells nothing about them. */
function find(keys: readonly KnownKey[], key: string): Source | undefined {
  const digest = sha256(key);
  let found: Source | undefined;
  for (const known of keys) {
    if (timingSafeEqual(known.digest, digest)) found = known.source;
  }
  return found;
}

/** Not with the parser's own message: it quotes what it read. */
function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    throw new WriteKeysError('is not JSON');
  }
}

function sourceKeys(id: string, value: JsonValue): KnownKey[] {
  if (!isObject(value) || !isArray(value.keys) || value.keys.length === 0) {
    throw new WriteKeysError(`has no keys for source "${id}"`);
  }
  if (value.appId !== undefined && typeof value.appId !== 'string') {
    throw new WriteKeysError(`has an appId that is not a string for source "${id}"`);
  }
  const source: Source = { id, appId: value.appId, quota: quotaOf(id, value.rateLimit) };
  return value.keys.map(key => {
    if (typeof key !== 'string' || !isUsableKey(key)) {
      throw new WriteKeysError(`has a key that is not text, is blank or has asterisks for source "${id}"`);
    }
    return { digest: sha256(key), source };
  });
}

/** A new bucket is full. Keys of a secret are read again every five minutes, so a source then has a burst more. */
function quotaOf(id: string, rateLimit: JsonValue | undefined): TokenBucket | undefined {
  if (rateLimit === undefined) return undefined;
  if (typeof rateLimit !== 'number' || !(rateLimit >= 1)) {
    throw new WriteKeysError(`has a rateLimit that is not a number from 1 on for source "${id}"`);
  }
  return new TokenBucket(rateLimit);
}

function requireDifferent(known: readonly KnownKey[]): void {
  const sources = new Map<string, string | undefined>();
  for (const { digest, source } of known) {
    const other = sources.get(digest.toString('hex'));
    if (other !== undefined && other !== source.id) {
      throw new WriteKeysError(`has the same key for the sources "${other}" and "${source.id}"`);
    }
    sources.set(digest.toString('hex'), source.id);
  }
}

/** Segment sends `Basic base64(writeKey:)`; of any other scheme nothing is read. */
function basicUsername(authorization: string | undefined): string | undefined {
  const encoded = /^basic +(\S+)/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8').replace(/:[^:]*$/, '');
}

function sha256(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
