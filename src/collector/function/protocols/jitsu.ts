import { isObject, JsonValue } from '../json';
import { jsonEndpoint } from './json-endpoint';
import { CollectEndpoint, Protocol } from './protocol';
import { isCall, keysOf, splitSingle } from './segment-message';

const PATH = /^api\/s\/(?:s2s\/)?([a-z]+)$/;

/** Jitsu's clients send Segment's messages, to paths of their own. */
export const jitsu: Protocol = {
  name: 'jitsu',
  endpointsAt(path) {
    const call = PATH.exec(path)?.[1] ?? '';
    if (call === 'event') return [{ ...messages, split: content => splitSingle(content, callIn(content)) }];
    return isCall(call) ? [{ ...messages, split: content => splitSingle(content, call) }] : [];
  },
};

const messages = { ...jsonEndpoint, protocol: 'segment', keys: keysOf } satisfies Partial<CollectEndpoint>;

/** The HTTP API has one path for all calls: the message says which it is. */
function callIn(content: JsonValue) {
  const type = isObject(content) ? content.type : undefined;
  return typeof type === 'string' && isCall(type) ? type : 'track';
}
