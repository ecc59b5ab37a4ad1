import { decodeJson } from '../decode';
import { MAX_EVENTS } from '../limits';
import { failure, success } from '../responses';
import { CollectEndpoint } from './protocol';

/** What the JSON families have in common: POST, JSON, a 4xx with a reason for a request that cannot be taken. */
export const jsonEndpoint = {
  kind: 'collect',
  methods: ['POST'],
  read: ({ body }) => decodeJson(body),
  maxEvents: MAX_EVENTS,
  respond: () => success,
  refuse: ({ status, code, message }) => failure(status, code, message),
} satisfies Partial<CollectEndpoint>;
