import { gzipSync } from 'zlib';
import { RequestParts } from '../builders';
import { Canaries, withAddressesInPlace } from './canaries';
import { mutated, objectOf } from './mutations';
import { Random } from './random';
import { ADDRESS, isPixel, Shape, SHAPES } from './shapes';
import { isObject, JsonObject, JsonValue } from '../../../../src/collector/function/json';

/** A request, and what it says. */
export interface Fuzzed {
  readonly name: string;
  readonly request: RequestParts;
  /** what a decoder reads, as JSON text; absent if nothing can be decoded */
  readonly content?: string;
  /** the body before it was compressed, if it was not damaged after that */
  readonly plain?: Buffer;
}

export const KEY = 'secret-key-0123456789';
const COOKIE = 'sp=6b8d5b0e-27a5-4d5e-9c3b-0a1b2c3d4e5f';
/** The cookie's canary: an id that no collector set. */
export const COOKIE_SECRET = 'cookie-secret-42';

type Wire = (text: string, random: Random) => Omit<Fuzzed, 'name' | 'request'> & { readonly body: Buffer };

const readable = (text: string, body: Buffer) => ({ content: text, plain: Buffer.from(text), body });

/** How a content is written on the wire, the usual ones more often. */
const WIRES: readonly Wire[] = [
  ...Array<Wire>(6).fill(text => readable(text, Buffer.from(text))),
  ...Array<Wire>(2).fill(text => readable(text, gzipSync(text))),
  text => readable(text, Buffer.from(gzipSync(text).toString('base64'))),
  text => readable(text, Buffer.from(`\ufeff${text}`)),
  (text, random) => {
    const body = gzipSync(text);
    return { body: body.subarray(0, 3 + random.below(body.length - 3)) };
  },
  (text, random) => damaged(Buffer.from(text).subarray(0, 1 + random.below(Buffer.byteLength(text)))),
  text => damaged(Buffer.from(`${text},`)),
  text => damaged(gzipSync(`${text}]`), Buffer.from(`${text}]`)),
  text => damaged(Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(text)])),
];

function damaged(body: Buffer, plain = body) {
  return { body, plain };
}

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {}, {}, { 'user-agent': 'Mozilla/5.0' }, { 'sec-gpc': '1' }, { 'SP-Anonymous': '*' }, { dnt: '1' },
  { 'user-agent': 'ü\ud83d\0'.repeat(500) }, { 'content-type': 'text/plain', 'content-encoding': 'br' },
  { authorization: 'Bearer x' }, { origin: 'null', referer: 'x' }, { 'x-forwarded-proto': 'http', 'host': '' },
];

/** Application ids that stand for a key. */
const APP_KEYS: Readonly<Record<string, readonly string[]>> = { snowplow: ['aid'], aws_clickstream: ['app_id'] };

const isAnonymous = (headers: object) => ['sec-gpc', 'SP-Anonymous', 'dnt'].some(name => name in headers);

/** A request of a family, made from a recorded one; the same for the same seed. */
export function fuzzedRequest(family: string, seed: number): Fuzzed {
  const random = new Random(seed);
  const shape = random.pick(SHAPES[family]);
  const picked = random.pick(HEADERS);
  const headers = { ...picked, 'cookie': `${COOKIE}; session=${COOKIE_SECRET}`, 'x-write-key': KEY };
  const exempt = new Set([...(APP_KEYS[family] ?? []), ...(isAnonymous(picked) ? ['tnuid', 'nuid'] : [])]);
  const canaries = new Canaries(random, exempt);
  const content = canaries.in(mutated(shape.content, random, random.pick([0, 1, 3, 8])));
  const name = `FUZZ_SEED=${seed} ${family} ${shape.path}`;
  if (isPixel(shape)) return pixel(name, shape, content, headers);
  const query = shape.query && random.percent(80) ? shape.query : {};
  const { body, ...wire } = random.pick(WIRES)(JSON.stringify(withAddressesInPlace(content)), random);
  return { name, request: { path: shape.path, query, headers, body, sourceIp: ADDRESS }, ...wire };
}

/** Queries hold text only. */
function pixel(
  name: string, { path }: Shape, content: JsonValue, headers: Readonly<Record<string, string>>,
): Fuzzed {
  const members: JsonObject = isObject(content) ? content : {};
  const texts = objectOf(Object.entries(members).map(
    ([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  ));
  const query = withAddressesInPlace(texts) as Record<string, string>;
  const request = { path, method: 'GET', query, headers, sourceIp: ADDRESS };
  return { name, request, content: JSON.stringify(query) };
}
