import { CanonicalEvent, EARLIEST_CLIENT_MS, EVENT_RULES } from '../../../contract/generated';
import { InvalidEventError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import { Reader } from './readers';

type Column = keyof CanonicalEvent;
type Path = readonly string[];

/** Where a column comes from: the first path with a usable value. */
export interface Rule {
  readonly column: Column;
  readonly paths: readonly Path[];
  readonly read: Reader<string | number>;
  /** whether the source value also stays with what is not mapped */
  readonly keep: 'never' | 'always' | 'translated';
}

/** @param paths dotted, in order of preference */
export function from(column: Column, read: Reader<string | number>, ...paths: string[]): Rule {
  return { column, paths: paths.map(path => path.split('.')), read, keep: 'never' };
}

/** As {@link from}, for values that say more than the column holds. */
export function derived(column: Column, read: Reader<string | number>, ...paths: string[]): Rule {
  return { ...from(column, read, ...paths), keep: 'always' };
}

/** As {@link from}, for readers that put another value in place of the client's, which then stays as well. */
export function translated(column: Column, read: Reader<string | number>, ...paths: string[]): Rule {
  return { ...from(column, read, ...paths), keep: 'translated' };
}

export interface Mapped {
  readonly columns: Partial<CanonicalEvent>;
  /** paths whose values are in the columns now */
  readonly used: readonly Path[];
}

type Columns = Partial<Record<Column, string | number>>;

/**
 * Every column, still empty. An event starts as a copy of this and keeps its shape until its line is written: V8 turns
 * objects that grow column by column into hash tables, and copying and writing those took half of an event's time.
 */
const EMPTY_COLUMNS = emptyColumns();

function emptyColumns(): Columns {
  const columns: Partial<Record<Column, unknown>> = { ...EVENT_RULES };
  for (const column of Object.keys(EVENT_RULES)) columns[column as Column] = undefined;
  return columns as Columns;
}

/** Applies a protocol's table of rules to a client's event. */
export function mapColumns(source: JsonObject, rules: readonly Rule[]): Mapped {
  const columns: Columns = { ...EMPTY_COLUMNS };
  const used: Path[] = [];
  let clientTime: Path | undefined;
  for (const rule of rules) {
    for (const path of rule.paths) {
      const value = valueAt(source, path);
      const read = value === undefined || value === null ? undefined : rule.read(value);
      if (read === undefined) continue;
      columns[rule.column] = read;
      if (rule.keep === 'never' || (rule.keep === 'translated' && read === value)) used.push(path);
      if (rule.column === 'client_ts') clientTime = path;
      break;
    }
  }
  if (!isPlausible(columns)) {
    columns.client_ts = undefined;
    return { columns: columns as Partial<CanonicalEvent>, used: used.filter(path => path !== clientTime) };
  }
  // Every reader returns its column's type; the validator checks it again before a line is written.
  return { columns: columns as Partial<CanonicalEvent>, used };
}

/** A clock that was never set is of use only together with the time it showed when the event was sent. */
function isPlausible({ client_ts, sent_ts }: Columns): boolean {
  if (client_ts === undefined || Number(client_ts) >= EARLIEST_CLIENT_MS) return true;
  return sent_ts !== undefined && Number(sent_ts) < EARLIEST_CLIENT_MS;
}

/** Columns of several sources: the last that has a value counts. */
export function layered(...sources: readonly Partial<CanonicalEvent>[]): Partial<CanonicalEvent> {
  const columns: Columns = { ...EMPTY_COLUMNS };
  for (const source of sources) {
    for (const [column, value] of Object.entries(source)) {
      if (value !== undefined) columns[column as Column] = value;
    }
  }
  return columns as Partial<CanonicalEvent>; // each came from a column of that name
}

function valueAt(source: JsonObject, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = source;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A copy of an object without the values at `paths`, and without the objects that thereby become empty. */
export function without(source: JsonObject, paths: readonly Path[]): JsonObject {
  return withoutBelow(source, paths, 0);
}

function withoutBelow(source: JsonObject, paths: readonly Path[], depth: number): JsonObject {
  const rest: Record<string, JsonValue> = {};
  for (const key in source) {
    const value = source[key];
    const below = pathsThrough(paths, depth, key);
    if (below === undefined) {
      setOwn(rest, key, value);
    } else if (below.length > 0) {
      const left = isObject(value) ? withoutBelow(value, below, depth + 1) : value;
      if (!isObject(left) || !isEmpty(left)) setOwn(rest, key, left);
    }
  }
  return rest;
}

/**
 * The paths that go on below `key`: an empty list if one ends there, `undefined` if no path has the key. A loop,
 * because it runs for every key of every event.
 */
function pathsThrough(paths: readonly Path[], depth: number, key: string): readonly Path[] | undefined {
  let found: Path[] | undefined;
  for (const path of paths) {
    if (path[depth] !== key) continue;
    if (path.length === depth + 1) return [];
    found ??= [];
    found.push(path);
  }
  return found;
}

/** An assignment, unless the client's key is the one name that an assignment takes for something else. */
export function setOwn(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/**
 * The members of both. None replaces another: a name that is taken already gets a dollar sign in front.
 * @param more added in the order of its names
 */
export function beside(members: JsonObject, more: JsonObject): JsonObject {
  const all: Record<string, JsonValue> = { ...members };
  for (const name of Object.keys(more)) {
    let free = name;
    while (Object.hasOwn(all, free)) free = `$${free}`;
    setOwn(all, free, more[name]);
  }
  return all;
}

export function isEmpty(value: JsonObject): boolean {
  for (const name in value) {
    if (value[name] !== undefined) return false;
  }
  return true;
}

/** JSON of an object, if there is anything in it. */
export function payload(value: JsonObject): string | undefined {
  return isEmpty(value) ? undefined : JSON.stringify(value);
}

/**
 * Traits of clients that say with each when it was set: `{"plan": {"value": "pro", …}}` is `{"plan": "pro"}`. One that
 * says more stays as it is.
 */
export function valuesOf(traits: JsonValue | undefined): JsonObject {
  if (!isObject(traits)) return {};
  return Object.fromEntries(
    Object.entries(traits).map(([name, trait]) => [name, isValueWithTime(trait) ? trait.value : trait]),
  );
}

function isValueWithTime(trait: JsonValue): trait is { value: JsonValue } {
  if (!isObject(trait) || !Object.hasOwn(trait, 'value')) return false;
  return Object.keys(trait).every(name => name === 'value' || typeof trait[name] === 'number');
}

/** @throws {InvalidEventError} */
export function requireObject(value: JsonValue): JsonObject {
  if (!isObject(value)) throw new InvalidEventError('invalid_event', `An event is an object, not ${kindOf(value)}.`);
  return value;
}

/**
 * A field that must be an object when it is there.
 * @throws {InvalidEventError}
 */
export function objectField(source: JsonObject, field: string): JsonObject {
  const value = source[field] ?? {};
  if (isArray(value) && value.length === 0) return {}; // how PHP writes an empty map
  if (!isObject(value)) {
    throw new InvalidEventError('invalid_type', `${field} is an object, not ${kindOf(value)}.`, field);
  }
  return value;
}

/**
 * Ids are strings or numbers: joined with anything else, rows would match that belong to no one.
 * @throws {InvalidEventError}
 */
export function requireIds(source: JsonObject, fields: readonly string[]): void {
  for (const field of fields) {
    const value = source[field];
    if (value !== undefined && value !== null && typeof value !== 'string' && typeof value !== 'number') {
      throw new InvalidEventError('invalid_id', `${field} is a string or a number, not ${kindOf(value)}.`, field);
    }
  }
}
