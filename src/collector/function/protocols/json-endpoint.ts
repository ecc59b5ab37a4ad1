import { Content, decodeJson } from '../decode';
import { JsonValue } from '../json';
import { MAX_EVENTS, MAX_INFLATED_BYTES, MAX_JSON_VALUES, MAX_OUTPUT_BYTES } from '../limits';
import { failure, success } from '../responses';
import { CollectEndpoint, RequestLimits } from './protocol';

/** Limits of a request, for clients that split their batches. */
export const USUAL_LIMITS: RequestLimits = {
  events: MAX_EVENTS,
  inflatedBytes: MAX_INFLATED_BYTES,
  values: MAX_JSON_VALUES,
  outputBytes: MAX_OUTPUT_BYTES,
};

/** An endpoint that takes JSON by POST and refuses what it cannot take with a 4xx and the reason. */
export const jsonEndpoint = {
  kind: 'collect',
  methods: ['POST'],
  read: ({ body }) => decodeJson(body),
  limits: USUAL_LIMITS,
  respond: () => success,
  refuse: ({ status, code, message }) => failure(status, code, message),
} satisfies Partial<CollectEndpoint>;

/** Content that came in a query. */
export function queryContent(value: JsonValue): Content {
  return { value, bytes: JSON.stringify(value).length };
}
