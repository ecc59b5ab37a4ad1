import { jsonEndpoint } from './json-endpoint';
import { Protocol } from './protocol';
import { isCall, splitSingle } from './segment-message';

const PATH = /^api\/s\/(?:s2s\/)?([a-z]+)$/;

/** Jitsu's clients send Segment's messages, to paths of their own. */
export const jitsu: Protocol = {
  name: 'jitsu',
  endpointsAt(path) {
    const call = PATH.exec(path)?.[1] ?? '';
    return isCall(call) ? [{ ...jsonEndpoint, protocol: 'segment', split: content => splitSingle(content, call) }] : [];
  },
};
