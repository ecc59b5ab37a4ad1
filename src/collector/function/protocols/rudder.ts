import { JsonObject, JsonValue } from '../json';
import { json, pixel } from '../responses';
import { firstKey, presentedKeys } from '../write-key';
import { jsonEndpoint } from './json-endpoint';
import { CollectEndpoint, Protocol, ReplyEndpoint } from './protocol';
import { Call, splitBatch, splitSingle } from './segment-message';

const PIXEL_CALLS = new Map<string, Call>([['pixel/v1/track', 'track'], ['pixel/v1/page', 'page']]);

/** Query parameters of a pixel that are fields of the message; any other is a property. */
const PIXEL_FIELDS = new Set([
  'messageId',
  'anonymousId',
  'userId',
  'event',
  'name',
  'category',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'writeKey',
]);

/**
 * RudderStack's own paths beside Segment's: merge, beacons, pixels, and the configuration that its browser SDK loads
 * first.
 */
export const rudder: Protocol = {
  name: 'rudder',
  endpointsAt(path) {
    if (path === 'merge') return [{ ...messages, split: content => splitSingle(content, 'merge') }];
    if (path === 'beacon/v1/batch') return [{ ...messages, split: splitBatch }];
    if (path === 'sourceConfig') return [sourceConfig];
    const call = PIXEL_CALLS.get(path);
    return call ? [{ ...pixels, split: content => splitSingle(content, call) }] : [];
  },
};

const messages = { ...jsonEndpoint, protocol: 'rudder' } satisfies Partial<CollectEndpoint>;

/** An image has no way to say what is wrong: whatever comes is answered with one. */
const pixels = {
  ...messages,
  methods: ['GET'],
  read: ({ query }) => pixelMessage(query),
  respond: () => pixel,
  refuse: () => undefined,
} satisfies Partial<CollectEndpoint>;

function pixelMessage(query: Readonly<Record<string, string>>): JsonObject {
  const [fields, properties] = [true, false].map(isField =>
    Object.entries(query).filter(([key]) => PIXEL_FIELDS.has(key) === isField),
  );
  return { ...Object.fromEntries<JsonValue>(fields), properties: Object.fromEntries<JsonValue>(properties) };
}

const statistics = { errors: { enabled: false }, metrics: { enabled: false } };

const sourceConfig: ReplyEndpoint = {
  kind: 'reply',
  methods: ['GET'],
  reply(request, authenticate) {
    const { id = 'default' } = authenticate();
    const writeKey = firstKey(presentedKeys(request)) ?? '';
    const source = {
      id,
      name: id,
      workspaceId: 'clickstream-lakehouse',
      writeKey,
      enabled: true,
      config: { statsCollection: statistics },
    };
    return json(200, { source: { ...source, connections: [], destinations: [] } });
  },
};
