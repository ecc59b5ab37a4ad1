import { Content, decodeJson, inflate, parseJson } from '../decode';
import { ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import { CollectorRequest } from '../request';
import { json, script } from '../responses';
import { ContentKeys } from '../write-key';
import { arrayAt, envelope, listed, single } from './batch';
import { jsonEndpoint } from './json-endpoint';
import { draftPosthogEvent } from './posthog-event';
import { Batch, CollectEndpoint, Protocol, ReplyEndpoint } from './protocol';
import { text } from './readers';
import { isMessage } from './segment-message';

const EVENT_PATHS = new Set(['e', 'i/v0/e', 'capture']);
const BATCH_PATHS = new Set(['batch', 'i/v0/e/batch']);
/** Feature flags and remote configuration, which the SDKs ask for before they send and always find empty here. */
const CONFIGURATION_PATH = /^(?:flags|decide|array\/[^/]+\/config(?:\.js)?)$/;
const FORM = Buffer.from('data=');

/** PostHog's capture API. One path of its batches is Segment's too. */
export const posthog: Protocol = {
  name: 'posthog',
  endpointsAt(path) {
    if (path === SHARED_PATH) return [{ ...captures, claims }];
    if (EVENT_PATHS.has(path) || BATCH_PATHS.has(path)) return [captures];
    return CONFIGURATION_PATH.test(path) ? [configuration] : [];
  },
};

const SHARED_PATH = 'batch';

const configuration: ReplyEndpoint = {
  kind: 'reply',
  methods: ['GET', 'POST'],
  // Browsers execute a script only under its own content type.
  reply: ({ path }) => (path.endsWith('.js') ? script('') : json(200, {})),
};

const captures: CollectEndpoint = {
  ...jsonEndpoint,
  protocol: 'posthog',
  read,
  keys,
  split,
  respond: () => json(200, { status: 1 }),
};

/** Nothing is a mark of Segment's, and there is PostHog's key, or every event is one that only its clients send. */
function claims(content: JsonValue, { headers }: CollectorRequest): boolean {
  if (headers.authorization !== undefined || (isObject(content) && content.writeKey !== undefined)) return false;
  const events = arrayAt(content, 'batch') ?? [];
  if (events.some(isMessage)) return false;
  return (isObject(content) && content.api_key !== undefined) || (events.length > 0 && events.every(isCapture));
}

function isCapture(event: JsonValue): boolean {
  if (!isObject(event)) return false;
  return event.distinct_id !== undefined || (isObject(event.properties) && event.properties.distinct_id !== undefined);
}

/**
 * JSON or, from older browsers' beacons, a form whose field `data` is JSON in base64.
 * @throws {DecodeError}
 */
function read({ body }: CollectorRequest): Content {
  const content = inflate(body);
  if (!content.subarray(0, FORM.length).equals(FORM)) return { value: parseJson(content), bytes: content.length };
  // A form's plus sign is a space.
  const field = new URLSearchParams(content.toString('latin1')).get('data') ?? '';
  return decodeJson(Buffer.from(field.replace(/ /g, '+'), 'base64'));
}

function split(content: JsonValue, { query }: CollectorRequest): Batch {
  const draft = draftPosthogEvent;
  // Browsers say in the query when they sent.
  const sent: JsonObject = query._ === undefined ? {} : { sent_at: query._ };
  if (isArray(content)) return listed(content, '', draft, sent);
  if (!isObject(content)) throw new ShapeError(`A capture is an object or an array, not ${kindOf(content)}.`);
  const events = arrayAt(content, 'batch');
  return events
    ? listed(events, 'batch', draft, { ...sent, ...envelope(content, 'batch') })
    : single({ ...sent, ...content }, draft);
}

/** The project's key: of the request or, from browsers, of each event. */
function keys(content: JsonValue): ContentKeys {
  const [first] = isArray(content) ? content : (arrayAt(content, 'batch') ?? []);
  const events = [content, first].filter(isObject);
  const holders = events.flatMap(event => [event, event.properties]).filter(isObject);
  return { key: holders.map(holder => text(holder.api_key ?? holder.token ?? null)).find(key => key !== undefined) };
}
