import { decodeJson } from '../decode';
import { ShapeError } from '../errors';
import { isObject, JsonValue } from '../json';
import { CollectorRequest } from '../request';
import { CollectorResponse, pixel, text as plainText } from '../responses';
import { ContentKeys } from '../write-key';
import { arrayAt, envelope, listed, single } from './batch';
import { queryContent, USUAL_LIMITS } from './json-endpoint';
import { beside, requireObject } from './mapping';
import { Batch, CollectEndpoint, EventDraft, Protocol } from './protocol';
import { draftSnowplowEvent, withPlainJson } from './snowplow-event';

const POST_PATH = 'com.snowplowanalytics.snowplow/tp2';
const PIXEL_PATHS = new Set(['i', 'ice.png']);

/**
 * Snowplow's tracker protocol 2. Its trackers resend whatever is not 2xx and never drop the head of their queue, so one
 * event that is refused would block a client for ever: what cannot be taken is stored as a bad event and answered like
 * any other.
 */
export const snowplow: Protocol = {
  name: 'snowplow',
  endpointsAt(path) {
    if (path === POST_PATH) return [posts, pixels];
    return PIXEL_PATHS.has(path) ? [pixels] : [];
  },
};

const events = {
  kind: 'collect',
  protocol: 'snowplow',
  limits: USUAL_LIMITS,
  refuse: () => undefined,
} satisfies Partial<CollectEndpoint>;

/** The keys that the schema of a POST requires; pixels have no schema. */
const REQUIRED_IN_POSTS = ['e', 'p', 'tv'];
const REQUIRED_IN_PIXELS = ['e'];

const posts: CollectEndpoint = {
  ...events,
  methods: ['POST'],
  read: ({ body }) => decodeJson(body),
  // What the query says counts for every event that does not say it itself.
  keys: (content, { query }) => ({ ...keyOf(query), ...keyOf(arrayAt(content, 'data')?.[0]) }),
  split(content, request) {
    const data = arrayAt(content, 'data');
    if (!isObject(content) || !data) throw new ShapeError('A payload is an object with an array "data".');
    const shared = beside(request.query, envelope(content, 'data', 'schema'));
    return plain(listed(data, 'data', event => draftEvent(event, REQUIRED_IN_POSTS, request), shared));
  },
  respond: (_, request) => withCookie(plainText('ok'), request),
};

const pixels: CollectEndpoint = {
  ...events,
  methods: ['GET'],
  read: ({ query }) => queryContent({ ...query }),
  keys: keyOf,
  split: (content, request) => plain(single(content, event => draftEvent(event, REQUIRED_IN_PIXELS, request))),
  respond: (_, request) => withCookie(pixel, request),
};

function draftEvent(event: JsonValue, required: readonly string[], request: CollectorRequest): EventDraft {
  return draftSnowplowEvent(requireObject(event), required, request);
}

/** Events whose embedded JSON is text instead of base64: so what is kept of a bad one has no hidden address. */
function plain(batch: Batch): Batch {
  return { ...batch, eventAt: index => withPlainJson(batch.eventAt(index)) };
}

/** A tracker knows no key but its application id, which is the same for all that it sends. */
function keyOf(event: JsonValue | undefined): ContentKeys {
  const aid = isObject(event) ? event.aid : undefined;
  return typeof aid === 'string' ? { appId: aid } : {};
}

function withCookie(response: CollectorResponse, { cookie }: CollectorRequest): CollectorResponse {
  return cookie ? { ...response, headers: { ...response.headers, 'Set-Cookie': cookie.setCookie } } : response;
}
