import { number, Reader } from './readers';
import { MAX_TIMESTAMP_MS } from '../../../contract/generated';

/** Epoch numbers below are seconds (until the year 5138), then milliseconds, microseconds, nanoseconds. */
const MAX_SECONDS = 1e11;
const MAX_MILLISECONDS = 1e14;
const MAX_MICROSECONDS = 1e17;

/**
 * `2026-11-20`, `2026-11-20T08:30`, `2026-11-20 08:30:00.123456789 +0100` and what is between: a date, a time after `T`
 * or a blank, a fraction after a point or comma, and a zone as `Z`, `UTC`, `+01`, `+0100` or `+01:00`.
 */
const ISO_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,12}))?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const LONGEST_ISO_TIME = 48;
const HYPHEN = 0x2d;

/** Epoch milliseconds, for protocols that say so. */
export const milliseconds: Reader<number> = value => {
  const found = Math.trunc(number(value) ?? NaN);
  return found > 0 && found <= MAX_TIMESTAMP_MS ? found : undefined;
};

/**
 * A time in any usual form: ISO 8601 as programs and databases write it, or epoch seconds to nanoseconds by magnitude.
 */
export const time: Reader<number> = value => {
  if (typeof value === 'string' && value.charCodeAt(4) === HYPHEN) return isoTime(value.trim());
  const epoch = number(value);
  if (epoch === undefined) return typeof value === 'string' ? isoTime(value.trim()) : undefined;
  if (epoch < MAX_SECONDS) return milliseconds(epoch * 1_000);
  if (epoch < MAX_MILLISECONDS) return milliseconds(epoch);
  return milliseconds(epoch < MAX_MICROSECONDS ? epoch / 1_000 : epoch / 1_000_000);
};

/** As JavaScript writes a time. Most clients do, so it is worth a short cut. */
const JAVASCRIPT_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isoTime(value: string): number | undefined {
  if (JAVASCRIPT_TIME.test(value)) return milliseconds(Date.parse(value));
  if (value.length > LONGEST_ISO_TIME) return undefined;
  const [, date, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = ISO_TIME.exec(value) ?? [];
  if (date === undefined) return undefined;
  const clock = `${minutes}${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  return milliseconds(Date.parse(`${date}T${clock}${offset(zone)}`));
}

/** The zone as ECMAScript reads it. Without one the machine's would count, so UTC is the default. */
function offset(zone: string): string {
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return hours === undefined ? 'Z' : `${hours}:${minutes}`;
}
