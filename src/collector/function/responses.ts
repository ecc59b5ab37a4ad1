import { RETRY_AFTER_SECONDS } from './limits';

/** An HTTP response, before the CORS headers that every response gets. */
export interface CollectorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** the body is base64 of bytes */
  readonly base64?: boolean;
}

/** A 1x1 transparent GIF of 43 bytes. */
const PIXEL = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==';

export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): CollectorResponse {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function text(body: string): CollectorResponse {
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

export function script(body: string): CollectorResponse {
  return { status: 200, headers: { 'Content-Type': 'text/javascript; charset=utf-8' }, body };
}

/** 200 without a body. */
export const nothing: CollectorResponse = { status: 200, headers: {}, body: '' };

export const pixel: CollectorResponse = {
  status: 200,
  headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-cache, no-store, must-revalidate' },
  body: PIXEL,
  base64: true,
};

/** Segment's Java SDK parses the body and takes anything but a JSON object for a failure. */
export const success: CollectorResponse = json(200, { success: true });

/**
 * An error. `code` and `message` are what the Python SDKs read: without them they resend even what is refused for good.
 */
export function failure(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): CollectorResponse {
  return json(status, { success: false, code, message }, headers);
}

const retryAfter = { 'Retry-After': String(RETRY_AFTER_SECONDS) };

export const originNotAllowed: CollectorResponse = failure(
  403,
  'origin_not_allowed',
  "Pages of this origin may not send; add it to the collector's allowed origins.",
);

export const notThroughCloudFront: CollectorResponse = failure(
  403,
  'not_through_cloudfront',
  'The collector takes requests through its CloudFront distribution only; send to its URL.',
);

export const storeFailed: CollectorResponse = failure(
  503,
  'store_failed',
  'The events could not be stored; send them again.',
  retryAfter,
);

export const keysUnavailable: CollectorResponse = failure(
  503,
  'keys_unavailable',
  'The write keys cannot be read; send the events again.',
  retryAfter,
);

export const rateLimited: CollectorResponse = failure(
  429,
  'rate_limited',
  'The source sends more events than it may; send them again later.',
  retryAfter,
);

export const internalError: CollectorResponse = failure(
  500,
  'internal_error',
  'The collector failed; send the events again.',
  retryAfter,
);
