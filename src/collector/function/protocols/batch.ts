import { isDeepStrictEqual } from 'util';
import { isArray, isObject, JsonObject, JsonValue } from '../json';
import { beside, without } from './mapping';
import { Batch } from './protocol';
import { time } from './times';

type Draft = Batch['draft'];

/** A body that is one event. */
export function single(event: JsonValue, draft: Draft): Batch {
  return { size: 1, eventAt: () => event, pathOf: () => '', draft };
}

/**
 * A list of events.
 * @param name of the list in the body; '' if it is the body
 * @param shared fields that count for every event which lacks them
 */
export function listed(events: readonly JsonValue[], name: string, draft: Draft, shared: JsonObject = {}): Batch {
  return {
    size: events.length,
    eventAt: index => withShared(events[index], shared),
    pathOf: index => `${name}[${index}]`,
    draft,
  };
}

/** An event with what is said of its request under that name. A field of the client's of that name stays beside it. */
export function withRequest(event: JsonValue, request: JsonObject): JsonValue {
  return isObject(event) ? beside({ ...event, request }, onlyAt(event, 'request')) : event;
}

function onlyAt(event: JsonObject, name: string): JsonObject {
  return Object.hasOwn(event, name) ? { [name]: event[name] } : {};
}

/** An envelope's fields beside its list of events. */
export function envelope(content: JsonObject, ...listNames: string[]): JsonObject {
  return without(content, listNames.map(name => [name]));
}

/** Times of sending that an envelope says: each attempt has another, and an event's own counts more. */
const SENDING_TIMES = new Set(['sentAt', 'sent_at', 'sent_ts', 'stm']);

function isSendingTime(name: string, value: JsonValue): boolean {
  return SENDING_TIMES.has(name) && time(value) !== undefined;
}

/** The event's own fields count. What the envelope says otherwise under their names stays in the event beside them. */
function withShared(event: JsonValue, shared: JsonObject): JsonValue {
  if (!isObject(event)) return event;
  let lacks = false;
  let shadowed: Record<string, JsonValue> | undefined;
  for (const name of Object.keys(shared)) {
    if (shared[name] === undefined) continue;
    if (!Object.hasOwn(event, name)) {
      lacks = true;
    } else if (!isDeepStrictEqual(event[name], shared[name]) && !isSendingTime(name, shared[name])) {
      shadowed = { ...shadowed, [name]: shared[name] };
    }
  }
  const complete = lacks ? { ...shared, ...event } : event;
  return shadowed ? beside(complete, { envelope: shadowed }) : complete;
}

/** The array at a name of an object. */
export function arrayAt(content: JsonValue, name: string): readonly JsonValue[] | undefined {
  const value = isObject(content) ? content[name] : undefined;
  return isArray(value) ? value : undefined;
}
