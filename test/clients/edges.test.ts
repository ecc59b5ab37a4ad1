import { gzipSync } from 'zlib';
import { FRONT_HOST, LocalCloudFront, VISITOR } from './support/cloud-front';
import { Collector } from './support/collector';
import { StoredLine } from './support/stored-line';
import { CloudFrontUse } from '../../src/collector/cloud-front-use';
import { CollectorEdge } from '../../src/collector/collector-edge';
import { isPixel, Shape, SHAPES } from '../collector/function/properties/shapes';

/** The deployed bundle behind each edge, as its own template says: what clients send is stored alike, whatever edge. */
const EDGES = [CollectorEdge.REST_API, CollectorEdge.HTTP_API, CollectorEdge.FUNCTION_URL] as const;
const CHEAP = EDGES.slice(1);

const collectors = {} as Record<CollectorEdge, Collector>;

/** Collectors that take requests only through CloudFront. */
const fronted = {} as Record<CollectorEdge, Collector>;

beforeAll(async () => {
  const all = [undefined, CloudFrontUse.REQUIRED].flatMap(cloudFront =>
    EDGES.map(edge => ({ edge, cloudFront, firstPartyCookie: true })));
  const started = await Collector.startAll(all);
  all.forEach(({ edge, cloudFront }, index) => { (cloudFront ? fronted : collectors)[edge] = started[index]; });
}, 120_000);

afterAll(() =>
  Promise.all([collectors, fronted].flatMap(group => Object.values(group)).map(collector => collector.stop())));

type Sent = RequestInit & { readonly path: string };

const COOKIE = 'a=1; sp=01234567-0123-0123-0123-0123456789ab';
const HEADERS = { 'User-Agent': 'Mozilla/5.0', 'Origin': 'https://shop.example', 'cookie': COOKIE };

/** Browsers avoid a preflight by text/plain, servers say JSON, beacons and forms neither. */
const CONTENT_TYPES = ['application/json', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded'];

function requestOf({ path, query, method = 'POST', content }: Shape, index: number): Sent {
  const search = new URLSearchParams(isPixel({ method }) ? content as Record<string, string> : query).toString();
  const url = search === '' ? path : `${path}?${search}`;
  if (isPixel({ method })) return { path: url, method, headers: HEADERS };
  const headers = { ...HEADERS, 'Content-Type': CONTENT_TYPES[index % CONTENT_TYPES.length] };
  return { path: url, method, headers, body: JSON.stringify(content) };
}

const post = (path: string, body: Buffer | string, contentType?: string): Sent => ({
  path, method: 'POST', body, headers: contentType ? { ...HEADERS, 'Content-Type': contentType } : HEADERS,
});

const EVENT = '{"event_name":"Käse","user_id":"u","event_id":"e9"}';
const REQUESTS: readonly Sent[] = [
  ...Object.values(SHAPES).flat().map(requestOf),
  post('/v1/events', gzipSync(EVENT), 'application/octet-stream'),
  post('/v1/events', Buffer.from(gzipSync(EVENT).toString('base64')), 'text/plain'),
  post('/v1//events/?a=1&a=2&b=%20x+y&c', EVENT, 'application/json; charset=utf-8'),
  post('/v1/events', '{"event_name":', 'application/json'),
  post('/v1/nowhere', EVENT),
  { path: '/v1/events', method: 'OPTIONS', headers: { ...HEADERS, 'Access-Control-Request-Headers': 'x-mine' } },
  { path: '/v1/events', method: 'HEAD', headers: HEADERS },
  { path: '/v1/batch', method: 'PUT', headers: HEADERS, body: EVENT },
  { path: '/health', headers: HEADERS },
];

/** Where a client sends to. */
interface Target {
  readonly host: string;
  send(path: string, init: RequestInit): Promise<Response>;
}

function direct({ urls }: Collector): Target {
  return { host: new URL(urls.host).host, send: (path, init) => fetch(`${urls.stage}${path}`, init) };
}

/** Clients that say who they are, where only CloudFront may. */
function throughCloudFront(collector: Collector): Target {
  const front = new LocalCloudFront(collector);
  const forged = { 'X-Clickstream-Address': '203.0.113.1', 'X-Clickstream-Host': 'x', 'X-Clickstream-Secret': 'x' };
  return {
    host: FRONT_HOST, send: (path, init) => front.fetch(path, { ...init, headers: { ...init.headers, ...forged } }),
  };
}

/** What a client sees, but for the edge's own headers and the time in the cookie. */
async function answerOf({ host, send }: Target, { path, ...init }: Sent) {
  const response = await send(path, init);
  const seen = [...response.headers].filter(([name]) =>
    /^(access-control-.*|allow|cache-control|retry-after|set-cookie|vary|x-content-type-options)$/.test(name));
  const body = await response.text();
  return {
    request: `${init.method} ${path}`.slice(0, 60),
    status: response.status,
    headers: Object.fromEntries(seen.map(([name, value]) => [name, value.replace(/Expires=[^;]*/, '')])),
    contentType: body === '' ? undefined : response.headers.get('content-type'),
    body: body.replaceAll(host, 'HOST'),
  };
}

/** The line without the time of the request, its id, ids that follow from that, and the connection's address. */
function comparable(stored: StoredLine, address: string): string {
  const { received_ts, request_id, event_id, ...sent } = stored;
  const line = sent.ip_address === address ? { ...sent, ip_address: 'CONNECTION' } : sent;
  return JSON.stringify({ ...line, event_id: /^[0-9a-f]{8}-/.test(String(event_id)) ? undefined : event_id });
}

async function answersAt(collector: Collector, target: Target, address: string) {
  const answers = [];
  for (const request of REQUESTS) answers.push(await answerOf(target, request));
  const stored = await collector.lines();
  const ofConnection = stored.filter(({ ip_address }) => ip_address === address).length;
  return { answers, ofConnection, lines: stored.map(line => comparable(line, address)).sort() };
}

const LOOPBACK = '127.0.0.0';
const directly = (edge: CollectorEdge) => answersAt(collectors[edge], direct(collectors[edge]), LOOPBACK);
const fromVisitor = (edge: CollectorEdge) =>
  answersAt(fronted[edge], throughCloudFront(fronted[edge]), VISITOR.network);

test('every family has the same answers and lines through every edge, directly and through CloudFront', async () => {
  const [rest, ...others] = await Promise.all([...EDGES.map(directly), ...EDGES.map(fromVisitor)]);
  expect(others).toHaveLength(5);
  expect(rest.ofConnection).toBeGreaterThan(10);
  expect(rest.lines.length).toBeGreaterThanOrEqual(70);
  expect(new Set(rest.answers.map(({ status }) => status))).toEqual(new Set([200, 400, 404, 405]));
  expect(rest.answers.some(({ headers }) => headers['set-cookie'] !== undefined)).toBe(true);
  for (const { answers, lines, ofConnection } of others) {
    expect(ofConnection).toBe(rest.ofConnection);
    expect(answers).toEqual(rest.answers);
    expect(lines).toEqual(rest.lines);
  }
}, 120_000);

test.each(EDGES)('nobody gets past CloudFront to %s', async edge => {
  const before = (await fronted[edge].lines()).length;
  const forged = { 'x-clickstream-address': '203.0.113.1', 'x-clickstream-secret': 'guess' };
  for (const headers of [HEADERS, { ...HEADERS, ...forged }]) {
    const request = { path: '/v1/events', method: 'POST', headers, body: EVENT };
    const { status, body } = await answerOf(direct(fronted[edge]), request);
    expect([status, JSON.parse(body).code]).toEqual([403, 'not_through_cloudfront']);
  }
  expect(await fronted[edge].lines()).toHaveLength(before);
});

test('no log line has the secret or an address', () => {
  const secret = fronted[CollectorEdge.REST_API].edge.integration.environment.CLOUD_FRONT_SECRET;
  const lines = Object.values(fronted).flatMap(({ log }) => log).join();
  expect(lines).toContain('AcceptedEvents');
  expect(lines).not.toContain(secret.slice(0, 20));
  expect(lines).not.toContain(VISITOR.network.slice(0, 10));
});

test.each(CHEAP)('URLs that %s returns lead back to it, also under a base path', async edge => {
  const { stage, basePath } = collectors[edge].urls;
  for (const url of [stage, basePath]) {
    const settings = await fetch(`${url}/projects/k/settings`).then(response => response.text());
    const { host, pathname } = new URL(url.replace(/\/v1$/, ''));
    expect(settings).toContain(`"apiHost":"${host}${pathname.replace(/\/$/, '')}/v1"`);
  }
});

test.each(CHEAP)('%s breaks a gzipped body that says it is JSON, which a REST API takes', async edge => {
  const request = post('/v1/events', gzipSync(EVENT), 'application/json');
  expect((await answerOf(direct(collectors[CollectorEdge.REST_API]), request)).status).toBe(200);
  expect(await answerOf(direct(collectors[edge]), request)).toMatchObject({
    status: 400, body: expect.stringMatching(/"invalid_gzip".*switch compression off/),
  });
});
