import { isIP } from 'net';
import { MAX_ID_LENGTH, MAX_TIMESTAMP_MS } from '../../../contract/generated';
import { isObject, JsonValue } from '../json';

/** Reads a client's value; `undefined` when it cannot be used, so that it stays with what is not mapped. */
export type Reader<T> = (value: JsonValue) => T | undefined;

/** Numbers below are seconds (until the year 5138), above milliseconds, microseconds. */
const MAX_SECONDS = 1e11;
const MAX_MILLISECONDS = 1e14;
const ISO_DATE = /^[+-]?\d{4,6}-\d\d(?:-\d\d)?(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

export const text: Reader<string> = value => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

/** An id of an event: a longer or another value cannot be a key. */
export const id: Reader<string> = value => {
  const found = typeof value === 'boolean' ? undefined : text(value);
  return found !== undefined && found.length <= MAX_ID_LENGTH ? found : undefined;
};

export const number: Reader<number> = value => {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};

export const integer: Reader<number> = value => {
  const found = number(value);
  return found !== undefined && Number.isInteger(found) && Math.abs(found) < 2 ** 31 ? found : undefined;
};

/** Epoch milliseconds, for protocols that say so. */
export const milliseconds: Reader<number> = value => {
  const found = Math.trunc(number(value) ?? NaN);
  return found > 0 && found <= MAX_TIMESTAMP_MS ? found : undefined;
};

/** A time in any usual form: ISO 8601, or epoch seconds, milliseconds or microseconds by magnitude. */
export const time: Reader<number> = value => {
  const epoch = number(value);
  if (epoch === undefined) return typeof value === 'string' ? isoTime(value.trim()) : undefined;
  if (epoch < MAX_SECONDS) return milliseconds(epoch * 1_000);
  return milliseconds(epoch < MAX_MILLISECONDS ? epoch : epoch / 1_000);
};

function isoTime(value: string): number | undefined {
  const match = ISO_DATE.exec(value);
  if (!match) return undefined;
  // Without a zone JavaScript would take the machine's.
  const zoned = match[1] || value.length <= 10 ? value : `${value}Z`;
  return milliseconds(Date.parse(zoned.replace(',', '.').replace(' ', 'T')));
}

/** An address. Anything else is read as empty instead of being left over, where it could not be anonymised. */
export const address: Reader<string> = value => (typeof value === 'string' && isIP(value) ? value : '');

/** A structure, kept as JSON. */
export const structure: Reader<string> = value => {
  const isEmpty = !(typeof value === 'object') || value === null || Object.keys(value).length === 0;
  return isEmpty ? undefined : JSON.stringify(value);
};

/** `<width>x<height>` of an object's two fields. */
export function size(width: string, height: string): Reader<string> {
  return value => {
    if (!isObject(value)) return undefined;
    const [w, h] = [integer(value[width]), integer(value[height])];
    return w === undefined || h === undefined ? undefined : `${w}x${h}`;
  };
}
