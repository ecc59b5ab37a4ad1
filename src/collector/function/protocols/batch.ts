import { isArray, isObject, JsonObject, JsonValue } from '../json';
import { without } from './mapping';
import { Batch } from './protocol';

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

/** What an envelope says beside its list of events. */
export function envelope(content: JsonObject, ...listNames: string[]): JsonObject {
  return without(content, listNames.map(name => [name]));
}

function withShared(event: JsonValue, shared: JsonObject): JsonValue {
  if (!isObject(event)) return event;
  for (const name in shared) {
    if (shared[name] !== undefined && !Object.hasOwn(event, name)) return { ...shared, ...event };
  }
  return event;
}

/** The array at a name of an object. */
export function arrayAt(content: JsonValue, name: string): readonly JsonValue[] | undefined {
  const value = isObject(content) ? content[name] : undefined;
  return isArray(value) ? value : undefined;
}
