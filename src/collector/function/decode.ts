import { isUtf8 } from 'buffer';
import { gunzipSync } from 'zlib';
import { DecodeError } from './errors';
import { JsonValue } from './json';
import { extentOf, quoteInexactNumbers } from './json-text';
import { MAX_BODY_BYTES, MAX_INFLATED_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits';
import { mayHoldUnstorable, storableJson } from './text';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** The gzip magic after an HTTP API or a function URL has taken it for text: nothing can be read any more. */
const GZIP_AS_TEXT = Buffer.from('\x1f\ufffd');
/** The gzip magic and its only method, in base64. */
const GZIP_BASE64 = Buffer.from('H4sI');

/** The content of a request. */
export interface Content {
  readonly value: JsonValue;
  /** its size when it is no longer compressed */
  readonly bytes: number;
}

/** How much a body may hold, for families whose clients send that much. */
export interface BodyLimits {
  readonly inflatedBytes: number;
  readonly values: number;
}

const USUAL_LIMITS: BodyLimits = { inflatedBytes: MAX_INFLATED_BYTES, values: MAX_JSON_VALUES };

/**
 * JSON of a request body. Content-Type and Content-Encoding are not looked at: trackers send JSON as text/plain or as a
 * form, and gzip unannounced or as base64 text, so the bytes decide.
 * @throws {DecodeError}
 */
export function decodeJson(body: Buffer, limits: BodyLimits = USUAL_LIMITS): Content {
  const bytes = inflate(body, limits);
  return { value: parseJson(bytes, limits), bytes: bytes.length };
}

/**
 * The body's bytes, decompressed if they are gzip.
 * @throws {DecodeError} before more than the limit is in memory
 */
export function inflate(body: Buffer, { inflatedBytes } = USUAL_LIMITS): Buffer {
  if (body.length > MAX_BODY_BYTES) {
    const message = `The body has ${body.length} bytes; at most ${MAX_BODY_BYTES} are taken.`;
    throw new DecodeError('body_too_large', message, 413);
  }
  if (startsWith(body, GZIP_MAGIC)) return gunzip(body, inflatedBytes);
  if (startsWith(body, GZIP_AS_TEXT)) {
    const message = 'The gzipped body was taken for text on its way: switch compression off, or take edge REST_API.';
    throw new DecodeError('invalid_gzip', message);
  }
  if (startsWith(body, GZIP_BASE64)) return gunzip(Buffer.from(body.toString('latin1'), 'base64'), inflatedBytes);
  return body;
}

/**
 * JSON as values that can be stored. A number that a double cannot hold comes as a string of its digits, and text that
 * not every engine can read is mended.
 * @throws {DecodeError}
 */
export function parseJson(bytes: Buffer, limits: BodyLimits = USUAL_LIMITS): JsonValue {
  if (!isUtf8(bytes)) throw new DecodeError('invalid_utf8', 'The body is not UTF-8.');
  const text = startsWith(bytes, BYTE_ORDER_MARK) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
  if (text.length === 0) throw new DecodeError('empty_body', 'The body is empty.');
  const { depth, values, longNumbers } = extentOf(text);
  if (depth > MAX_JSON_DEPTH) {
    throw new DecodeError('too_deep', `The JSON is nested more than ${MAX_JSON_DEPTH} levels deep.`, 413);
  }
  if (values > limits.values) {
    throw new DecodeError('too_many_values', `The JSON has more than ${limits.values} values.`, 413);
  }
  const parsed = parseText(text);
  // Only of what is valid: quotes could make invalid JSON valid.
  const quoted = longNumbers ? quoteInexactNumbers(text) : undefined;
  const exact = quoted ? parseText(quoted) : parsed;
  return mayHoldUnstorable(text) ? storableJson(exact) : exact;
}

function parseText(text: Buffer): JsonValue {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch (error) {
    // The parser's message quotes the body; only its position is told.
    const position = /at position (\d+)/.exec((error as SyntaxError).message)?.[1];
    throw new DecodeError('invalid_json', `The body is not valid JSON${position ? ` (at position ${position})` : ''}.`);
  }
}

function gunzip(body: Buffer, maxOutputLength: number): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DecodeError('inflated_too_large', `The body inflates to more than ${maxOutputLength} bytes.`, 413);
    }
    throw new DecodeError('invalid_gzip', 'The body starts like gzip but cannot be inflated.');
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.subarray(0, prefix.length).equals(prefix);
}
