import { json, success } from '../responses';
import { jsonEndpoint } from './json-endpoint';
import { CollectEndpoint, Protocol, ReplyEndpoint } from './protocol';
import { Call, keysOf, splitBatch, splitSingle } from './segment-message';

/** Paths of the single calls, long and short. */
const SINGLE_CALLS = new Map<string, Call>(
  (['track', 'page', 'identify', 'group', 'alias', 'screen'] as const).flatMap(call => [[call, call], [call[0], call]]),
);
const BATCH_PATHS = new Set(['batch', 'b', 'import']);
const SETTINGS_PATH = /^projects\/([^/]+)\/settings$/;

/** Segment's HTTP Tracking API, single calls and batches, with the settings that its browser SDK loads first. */
export const segment: Protocol = {
  name: 'segment',
  endpointsAt(path) {
    const call = SINGLE_CALLS.get(path);
    if (call) return [{ ...messages, split: content => splitSingle(content, call) }];
    if (BATCH_PATHS.has(path)) return [{ ...messages, split: splitBatch }];
    if (path === 'm') return [clientMetrics];
    return SETTINGS_PATH.test(path) ? [settings] : [];
  },
};

const messages = { ...jsonEndpoint, protocol: 'segment', keys: keysOf } satisfies Partial<CollectEndpoint>;

/** The browser SDK's statistics about itself. */
const clientMetrics: ReplyEndpoint = { kind: 'reply', methods: ['POST'], reply: () => success };

const settings: ReplyEndpoint = {
  kind: 'reply',
  methods: ['GET'],
  reply({ path, location, scheme }, authenticate) {
    const [, apiKey] = SETTINGS_PATH.exec(path) ?? [];
    authenticate(apiKey);
    const apiHost = location.endsWith('/v1') ? location : `${location}/v1`;
    return json(200, { integrations: { 'Segment.io': { apiKey, apiHost, protocol: scheme } } });
  },
};
