import { decodeJson } from '../decode';
import { ShapeError } from '../errors';
import { isArray, isObject, JsonValue } from '../json';
import { MAX_EVENTS } from '../limits';
import { CollectorRequest } from '../request';
import { CollectorResponse, pixel, text as plainText } from '../responses';
import { Batch, CollectEndpoint, Member, Protocol } from './protocol';
import { draftSnowplowEvent } from './snowplow-event';

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
  maxEvents: MAX_EVENTS,
  refuse: () => undefined,
} satisfies Partial<CollectEndpoint>;

const posts: CollectEndpoint = {
  ...events,
  methods: ['POST'],
  read: ({ body }) => decodeJson(body),
  split(content, request) {
    if (!isObject(content) || !isArray(content.data)) {
      throw new ShapeError('A payload is an object with an array "data".');
    }
    return batchOf(content.data.map((value, index) => ({ value, path: `data[${index}]` })), content.data[0], request);
  },
  respond: (_, request) => withCookie(plainText('ok'), request),
};

const pixels: CollectEndpoint = {
  ...events,
  methods: ['GET'],
  read: ({ query }) => query,
  split: (content, request) => batchOf([{ value: content, path: '' }], content, request),
  respond: (_, request) => withCookie(pixel, request),
};

/** @param first an event: a tracker knows no key but its application id, the same for all it sends */
function batchOf(members: readonly Member[], first: JsonValue | undefined, request: CollectorRequest): Batch {
  const aid = isObject(first) ? first.aid : undefined;
  return {
    members,
    draft: ({ value }) => draftSnowplowEvent(value, request.cookie?.id),
    appId: typeof aid === 'string' ? aid : undefined,
  };
}

function withCookie(response: CollectorResponse, { cookie }: CollectorRequest): CollectorResponse {
  return cookie ? { ...response, headers: { ...response.headers, 'Set-Cookie': cookie.setCookie } } : response;
}
