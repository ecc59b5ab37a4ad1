import { Random } from './random';
import { isArray, isObject, JsonObject, JsonValue } from '../../../../src/collector/function/json';

/** Values that clients' bugs and attackers send in place of what is meant. */
const ODD_VALUES: readonly JsonValue[] = [
  null, true, false, 0, -1, 1.5, 1e21, -0.000001, Number.MAX_SAFE_INTEGER, '', ' ', '\t\n', '\u00a0', '7', '1e400',
  'a\ud83d', '\udc00b', 'x\0y', '\ufeff', '\u2028', '"', '\\', '{"a":1}', '[]', 'constructor', '$direct', '0x10',
  '1970-01-01T00:00:05Z', '2026-11-20 08:30:00 +0100', 5_000, [], {}, [[]], [null], { value: 'v' },
  { value: 'v', by: 'x' },
  { schema: 'iglu:a/b/jsonschema/1-0-0', data: 'x' }, { data: [1] }, 'x'.repeat(300), 'ü'.repeat(3_000),
];

const ODD_NAMES = [
  '', ' ', '__proto__', 'constructor', 'toString', 'value', 'k\ud83d', 'k\ud83e', 'k\0', 'request', 'envelope', 'name',
  'type', 'event', 'context', 'properties', 'traits', 'contexts', 'timestamp', 'id', 'data', 'schema', '$set', 'cx',
  'co',
  'user_agent', 'app_id', 'a.b', '0', 'x'.repeat(200),
];

/** Keys that hold JSON within JSON, by how it is written. */
const EMBEDDED: Readonly<Record<string, BufferEncoding>> = {
  ue_pr: 'utf8', co: 'utf8', ue_px: 'base64url', cx: 'base64url',
};

/** Changes the value under a key, with what JSON in it holds. */
export function mapEmbedded(key: string, value: JsonValue, change: (inner: JsonValue) => JsonValue): JsonValue {
  const encoding = Object.hasOwn(EMBEDDED, key) ? EMBEDDED[key] : undefined;
  if (!encoding || typeof value !== 'string') return change(value);
  try {
    const inner: JsonValue = JSON.parse(Buffer.from(value, encoding).toString());
    if (typeof inner !== 'object') return change(value);
    return Buffer.from(JSON.stringify(change(inner))).toString(encoding);
  } catch {
    return change(value);
  }
}

/** An object of entries, whatever their names. */
export function objectOf(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  return Object.fromEntries(entries);
}

/** A copy in which each part has been changed with the given chance. */
export function mutated(value: JsonValue, random: Random, share: number, depth = 0): JsonValue {
  if (depth > 0 && random.percent(share)) return otherShape(value, random);
  if (isArray(value)) {
    const members = value.map(member => mutated(member, random, share, depth + 1));
    return random.percent(share) ? reordered(members, random) : members;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]) => {
    if (random.percent(share)) return mutatedEntry(key, member, random);
    return [[key, mapEmbedded(key, member, inner => mutated(inner, random, share, depth + 1))] as const];
  });
  if (random.percent(2 * share)) entries.push([random.pick(ODD_NAMES), random.pick([...ODD_VALUES, 'more'])]);
  return objectOf(entries);
}

function otherShape(value: JsonValue, random: Random): JsonValue {
  const shapes: (() => JsonValue)[] = [
    () => random.pick(ODD_VALUES),
    () => [value],
    () => ({ nested: value }),
    () => (isArray(value) ? objectOf(value.map((member, index) => [String(index), member])) : value),
    () => (isObject(value) ? Object.values(value) : value),
    () => (typeof value === 'number' ? String(value) : typeof value === 'string' ? value.toUpperCase() : value),
    () => deep(value, 1 + random.below(40)),
    () => (typeof value === 'string' ? `${value} `.repeat(1 + random.below(400)) : value),
  ];
  return random.pick(shapes)();
}

function deep(value: JsonValue, levels: number): JsonValue {
  let nested = value;
  for (let level = 0; level < levels; level++) nested = level % 2 ? [nested] : { d: nested };
  return nested;
}

function reordered(members: readonly JsonValue[], random: Random): readonly JsonValue[] {
  const [first = null] = members;
  return random.pick([
    () => [...members].reverse(),
    () => members.slice(1),
    () => [...members, first],
    () => [...members, random.pick(ODD_VALUES)],
    () => Array<JsonValue>(1 + random.below(60)).fill(first),
  ])();
}

function mutatedEntry(key: string, value: JsonValue, random: Random): (readonly [string, JsonValue])[] {
  return random.pick([
    () => [],
    () => [[key, value], [`${key}2`, value]] as const,
    () => [[key.toUpperCase(), value]] as const,
    () => [[random.pick(ODD_NAMES), value]] as const,
    () => [[key, value], [random.pick(ODD_NAMES), value]] as const,
    () => [[key, otherShape(value, random)]] as const,
  ])().map(([name, member]) => [name, member] as const);
}
