import { decodeJson, inflate, parseJson } from '../decode';
import { ShapeError } from '../errors';
import { isArray, isObject, JsonValue, kindOf } from '../json';
import { CollectorRequest } from '../request';
import { json } from '../responses';
import { jsonEndpoint } from './json-endpoint';
import { without } from './mapping';
import { draftPosthogEvent } from './posthog-event';
import { Batch, CollectEndpoint, Protocol, ReplyEndpoint } from './protocol';
import { text, time } from './readers';

const EVENT_PATHS = new Set(['e', 'i/v0/e', 'capture']);
const BATCH_PATHS = new Set(['batch', 'i/v0/e/batch']);
/** Feature flags and remote configuration, which the SDKs ask for before they send and always find empty here. */
const CONFIGURATION_PATH = /^(?:flags|decide|array\/[^/]+\/config(?:\.js)?)$/;
const FORM = Buffer.from('data=');

/** PostHog's capture API. Its batches share a path with Segment's and are told by the key they carry. */
export const posthog: Protocol = {
  name: 'posthog',
  endpointsAt(path) {
    if (EVENT_PATHS.has(path) || BATCH_PATHS.has(path)) return [captures];
    return CONFIGURATION_PATH.test(path) ? [configuration] : [];
  },
};

const configuration: ReplyEndpoint = { kind: 'reply', methods: ['GET', 'POST'], reply: () => json(200, {}) };

const captures: CollectEndpoint = {
  ...jsonEndpoint,
  protocol: 'posthog',
  read,
  claims,
  split,
  respond: () => json(200, { status: 1 }),
};

/** Segment's batches have neither. */
function claims(content: JsonValue): boolean {
  if (!isObject(content)) return false;
  return (
    content.api_key !== undefined || eventsOf(content).some(event => isObject(event) && event.distinct_id !== undefined)
  );
}

/**
 * JSON or, from older browsers' beacons, a form whose field `data` is JSON in base64.
 * @throws {DecodeError}
 */
function read({ body }: CollectorRequest): JsonValue {
  const content = inflate(body);
  if (!content.subarray(0, FORM.length).equals(FORM)) return parseJson(content);
  // A form's plus sign is a space.
  const field = new URLSearchParams(content.toString('latin1')).get('data') ?? '';
  return decodeJson(Buffer.from(field.replace(/ /g, '+'), 'base64'));
}

function split(content: JsonValue, { query }: CollectorRequest): Batch {
  const values = eventsOf(content);
  if (values.length === 0 && !isArray(content) && !isObject(content)) {
    throw new ShapeError(`A capture is an object or an array, not ${kindOf(content)}.`);
  }
  const name = isObject(content) && isArray(content.batch) ? 'batch' : '';
  const single = isObject(content) && name === '';
  const sentAt = time((isObject(content) ? content.sent_at : undefined) ?? query._ ?? null);
  return {
    members: values.map((value, index) => ({ value: withoutToken(value), path: single ? '' : `${name}[${index}]` })),
    draft: ({ value }) => draftPosthogEvent(value, sentAt),
    writeKey: keyOf(content),
  };
}

function eventsOf(content: JsonValue): readonly JsonValue[] {
  if (isArray(content)) return content;
  if (!isObject(content)) return [];
  return isArray(content.batch) ? content.batch : [content];
}

/** The project's key is never stored. */
function withoutToken(value: JsonValue): JsonValue {
  return isObject(value)
    ? without(value, [['api_key'], ['token'], ['properties', 'token'], ['properties', 'api_key']])
    : value;
}

/** The project's key: of the request or, from browsers, of each event. */
function keyOf(content: JsonValue): string | undefined {
  const [first] = eventsOf(content);
  const holders = [content, first, isObject(first) ? first.properties : undefined].filter(holder => isObject(holder));
  return holders.map(holder => text(holder.api_key ?? holder.token ?? null)).find(key => key !== undefined);
}
