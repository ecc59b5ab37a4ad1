import { decodeJson } from '../decode';
import { MAX_EVENTS } from '../limits';
import { failure, success } from '../responses';
import { CollectEndpoint } from './protocol';

/** An endpoint that takes JSON by POST and refuses what it cannot take with a 4xx and the reason. */
export const jsonEndpoint = {
  kind: 'collect',
  methods: ['POST'],
  read: ({ body }) => decodeJson(body),
  maxEvents: MAX_EVENTS,
  respond: () => success,
  refuse: ({ status, code, message }) => failure(status, code, message),
} satisfies Partial<CollectEndpoint>;
