/** Headers that trackers are known to send. */
const TRACKER_HEADERS = [
  'content-type',
  'authorization',
  'x-write-key',
  'x-retry-count',
  'anonymousid',
  'sentat',
  'rsa-recovered',
  'rsa-retry-attempt',
  'rsa-retry-reason',
  'rsa-since-first-attempt',
  'rsa-since-last-attempt',
  'sp-anonymous',
  'user-agent',
];

const HEADER_TOKEN = /^[a-z0-9-]{1,64}$/;
const ORIGIN = /^[\x21-\x7e]{1,300}$/;
const MAX_ASKED_HEADERS = 32;

/** How long browsers may remember a preflight: Chromium caps it at this. */
const PREFLIGHT_MAX_AGE_SECONDS = '7200';

/**
 * CORS headers of an answer. The origin is echoed and never `*`, which browsers refuse for requests with credentials,
 * as the Snowplow and AWS trackers send them. An origin that is not allowed gets no such header.
 */
export function corsHeaders(
  origin: string | undefined,
  allowedOrigins: ReadonlySet<string> | undefined,
): Record<string, string> {
  const vary = { Vary: 'Origin' };
  if (origin === undefined || !ORIGIN.test(origin) || allowedOrigins?.has(origin) === false) return vary;
  return { ...vary, 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}

/** Headers of a preflight's response beside {@link corsHeaders}. */
export function preflightHeaders(requestedHeaders: string | undefined): Record<string, string> {
  const asked = (requestedHeaders ?? '')
    .toLowerCase()
    .split(',')
    .map(header => header.trim())
    .filter(header => HEADER_TOKEN.test(header));
  const allowed = new Set([...TRACKER_HEADERS, ...asked.slice(0, MAX_ASKED_HEADERS)]);
  return {
    'Access-Control-Allow-Headers': [...allowed].join(', '),
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS, HEAD',
    'Access-Control-Max-Age': PREFLIGHT_MAX_AGE_SECONDS,
  };
}
