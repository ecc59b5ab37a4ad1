import { isIP } from 'net';
import { MAX_ID_LENGTH } from '../../../contract/generated';
import { isObject, JsonValue } from '../json';
import { MAX_USER_AGENT_LENGTH } from '../limits';

/** Reads a client's value; `undefined` when it cannot be used, so that it stays with what is not mapped. */
export type Reader<T> = (value: JsonValue) => T | undefined;

/** Text as it was sent. Blank text says nothing: as an id it would join strangers into one visitor. */
export const text: Reader<string> = value => {
  if (typeof value === 'string') return isBlank(value) ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

function isBlank(value: string): boolean {
  // Most text does not begin with a blank; trimming is for the rest.
  return value === '' || (value.charCodeAt(0) <= 0x20 || value.charCodeAt(0) >= 0x80 ? value.trim() === '' : false);
}

/** A user agent as far as it is stored. */
export const userAgent: Reader<string> = value => text(value)?.slice(0, MAX_USER_AGENT_LENGTH);

/** An id of an event: a longer or another value cannot be a key. */
export const id: Reader<string> = value => {
  const found = typeof value === 'boolean' ? undefined : text(value);
  return found !== undefined && found.length <= MAX_ID_LENGTH ? found : undefined;
};

/** A number as JSON writes it, also within a string: JavaScript would read `0x10` and ` ` as well. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LONGEST_NUMBER = 64;

export const number: Reader<number> = value => {
  const found = typeof value === 'string' ? numberIn(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

function numberIn(value: string): number | undefined {
  return value.length <= LONGEST_NUMBER && JSON_NUMBER.test(value) ? Number(value) : undefined;
}

export const integer: Reader<number> = value => {
  const found = number(value);
  return found !== undefined && Number.isInteger(found) && Math.abs(found) < 2 ** 31 ? found : undefined;
};

/** A whole number, as a `bigint` column takes it. */
export const whole: Reader<number> = value => {
  const found = number(value);
  return found !== undefined && Number.isSafeInteger(found) ? found : undefined;
};

/** An address. Anything else is read as empty instead of being left over, where it could not be anonymised. */
export const address: Reader<string> = value => (typeof value === 'string' && isIP(value) ? value : '');

/** A structure, kept as JSON. */
export const structure: Reader<string> = value => {
  const isEmpty = !(typeof value === 'object') || value === null || Object.keys(value).length === 0;
  return isEmpty ? undefined : JSON.stringify(value);
};

/** Length of a screen's side in whole pixels: browsers that zoom report fractions. */
const pixels: Reader<number> = value => {
  const found = number(value);
  return found !== undefined && found >= 0 && found < 1e6 ? Math.round(found) : undefined;
};

/** `<width>x<height>` of an object's two fields. */
export function size(width: string, height: string): Reader<string> {
  return value => (isObject(value) ? sizeOf(value[width] ?? null, value[height] ?? null) : undefined);
}

/** `<width>x<height>` as text. */
export const sizeText: Reader<string> = value => {
  if (typeof value !== 'string' || value.length > LONGEST_NUMBER) return undefined;
  const [width, height, ...rest] = value.toLowerCase().split('x');
  return rest.length === 0 ? sizeOf(width, height ?? null) : undefined;
};

function sizeOf(width: JsonValue, height: JsonValue): string | undefined {
  const [w, h] = [pixels(width), pixels(height)];
  return w === undefined || h === undefined ? undefined : `${w}x${h}`;
}

/** A host in lower case without its port, from a host or from the start of a URL. */
export const host: Reader<string> = value => {
  if (typeof value !== 'string' || value.length > 300) return undefined;
  const found = value.trim().toLowerCase().replace(/:\d{1,5}$/, '');
  return found === '' || /[\s/@?#]/.test(found) ? undefined : found;
};

/** A page's referrer. RudderStack's and PostHog's browser SDKs say `$direct` where there was none. */
export const referrer: Reader<string> = value => (value === '$direct' ? undefined : text(value));
