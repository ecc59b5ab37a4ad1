import { isArray, isObject, JsonValue } from './json';

const REPLACEMENT = '\ufffd';

/**
 * Text that every engine can read. Half of a surrogate pair is not Unicode and makes DuckDB fail on the whole table,
 * and NUL ends a string in some engines, so both become U+FFFD.
 */
export function storable(text: string): string {
  if (!mayBeUnstorable(text)) return text;
  return Buffer.from(text).toString().replaceAll('\0', REPLACEMENT);
}

function mayBeUnstorable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0 || (unit >= 0xd800 && unit <= 0xdfff)) return true;
  }
  return false;
}

/** JSON whose texts, names included, are all {@link storable}. */
export function storableJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return storable(value);
  if (isArray(value)) return value.map(storableJson);
  if (!isObject(value)) return value;
  const members = withStorableNames(Object.entries(value));
  return Object.fromEntries(members.map(([name, member]) => [name, storableJson(member)]));
}

/** Members whose names are storable. Two names that become the same by it are told apart by a number. */
function withStorableNames<T>(members: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  if (!members.some(([name]) => mayBeUnstorable(name) && storable(name) !== name)) return [...members];
  const taken = new Set(members.map(([name]) => name));
  let number = 1;
  return members.map(([name, member]) => {
    const mended = storable(name);
    if (mended === name) return [name, member];
    let free = mended;
    while (taken.has(free)) free = `${mended}${++number}`;
    taken.add(free);
    return [free, member];
  });
}

/** JSON's escapes for NUL and for halves of surrogate pairs; raw, neither is valid in JSON or UTF-8. */
const ESCAPES = ['\\u0000', '\\ud', '\\uD'].map(escape => Buffer.from(escape));

/** Whether the JSON may hold text that is not {@link storable}: a quick look that spares most bodies the rewriting. */
export function mayHoldUnstorable(json: Buffer): boolean {
  return ESCAPES.some(escape => json.includes(escape));
}

/** JSON of a value of any origin, with {@link storable} text. */
export function storableStringify(value: unknown): string {
  const json = JSON.stringify(value);
  return mayHoldUnstorable(Buffer.from(json)) ? JSON.stringify(storableJson(JSON.parse(json))) : json;
}
