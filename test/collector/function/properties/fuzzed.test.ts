import { Answered, answered, parsed, rawContents, textsIn } from './answered';
import { canariesIn } from './canaries';
import { COOKIE_SECRET, Fuzzed, fuzzedRequest, KEY } from './fuzzed-requests';
import { SEED } from './random';
import { ADDRESS, FAMILIES } from './shapes';
import { isArray, isObject, JsonObject, JsonValue } from '../../../../src/collector/function/json';
import {
  ENVELOPE_BYTES, MAX_BUNDLE_OUTPUT_BYTES, MAX_OUTPUT_BYTES, OUTPUT_FACTOR,
} from '../../../../src/collector/function/limits';

/** Requests of each family, through the whole function: `FUZZ_SEED` and `FUZZ_RUNS` look further. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const KEYED = { WRITE_KEYS: JSON.stringify({ web: { keys: [KEY, 'key-1', 'shop'], appId: 'the-shop' } }) };
const PAYLOADS = ['properties', 'traits', 'contexts', 'consent'];
const LISTS = ['batch', 'data', 'events'];

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The slowest answers: of a busy machine the second try counts. */
const MAX_CPU_MS = { refused: 250, accepted: 1_500 };

/** Keys of the configuration in use, and what is stored under it. */
type Mode = 'open' | 'keyed';
const environmentOf = { open: {}, keyed: { ...KEYED, CONSENT_MODE: 'anonymous', FIRST_PARTY_COOKIE: 'host' } } as const;

/** Whether the content has an event at all: without one, what an envelope says is of nothing. */
function hasEvent(content: string): boolean {
  const value: JsonValue = JSON.parse(content);
  const list = isArray(value) ? value : LISTS.map(name => isObject(value) ? value[name] : undefined).find(isArray);
  return list === undefined || list.some(isObject);
}

/** A canary with what it stands in. */
function around(canary: string, content: string): string {
  const at = content.indexOf(canary);
  return at < 0 ? canary : content.slice(Math.max(0, at - 60), at + canary.length);
}

function losses({ content, plain, request }: Fuzzed, lines: readonly string[]): string[] {
  const rows = parsed(lines);
  if (rows.some(({ stage }) => stage === 'auth')) return []; // of a stranger the first KiB is kept
  const raws = rawContents(rows);
  if (content === undefined && plain === undefined) {
    return raws.some(raw => raw.equals(request.body as Buffer)) ? [] : ['the bytes'];
  }
  if (content !== undefined && !hasEvent(content)) return [];
  const kept = canariesIn(lines.join('\n') + raws.join('\n'));
  return [...canariesIn(content ?? plain?.toString() ?? '')].filter(canary => !kept.has(canary))
    .map(canary => around(canary, content ?? ''));
}

function unreadable(row: JsonObject): string[] {
  const payloads = PAYLOADS.map(column => row[column]).filter(json => json !== undefined);
  const inner = payloads.flatMap(json => textsIn(JSON.parse(String(json))));
  return [...textsIn(row), ...inner].filter(text => text.includes('\0') || LONE_SURROGATE.test(text));
}

function largestOutput({ request, content, plain }: Fuzzed, rows: number): number {
  const bytes = Math.max(content?.length ?? 0, plain?.length ?? 0, (request.body as Buffer | undefined)?.length ?? 0);
  const max = request.path === '/collect' ? MAX_BUNDLE_OUTPUT_BYTES : MAX_OUTPUT_BYTES;
  return Math.min(max, OUTPUT_FACTOR * bytes + ENVELOPE_BYTES * Math.max(1, rows));
}

/** What is wrong with an answer, in words. */
function faults(fuzzed: Fuzzed, { result, lines, log }: Answered): string[] {
  const text = lines.join('\n');
  const rows = parsed(lines);
  const lost = result.statusCode === 200 ? losses(fuzzed, lines) : [];
  const secrets = [KEY, COOKIE_SECRET, ADDRESS].filter(secret => text.includes(secret) || log.join().includes(secret));
  return [
    ...(result.statusCode >= 500 ? [`is answered with ${result.statusCode}`, ...log] : []),
    ...lost.map(canary => `loses ${canary}`),
    ...secrets.map(secret => `stores or logs ${around(secret, text)}`),
    ...rows.flatMap(unreadable).map(found => `stores text that not every engine reads: ${JSON.stringify(found)}`),
    ...rows.filter(row => row.error_code === 'mapping_failed').map(() => 'fails in its mapping'),
    ...(text.length > largestOutput(fuzzed, rows.length) ? [`writes ${text.length} characters`] : []),
  ];
}

async function isSlow(fuzzed: Fuzzed, mode: Mode, { result, cpuMs }: Answered): Promise<boolean> {
  const max = result.statusCode === 200 ? MAX_CPU_MS.accepted : MAX_CPU_MS.refused;
  if (cpuMs <= max) return false;
  return (await answered(fuzzed.request, environmentOf[mode])).cpuMs > max;
}

describe.each(FAMILIES)('whatever is sent as %s', family => {
  test.each<Mode>(['open', 'keyed'])('is kept or refused, readable, without secrets and in time: %s', async mode => {
    const failures: string[] = [];
    const statuses = new Map<number, number>();
    for (let run = 0; run < RUNS; run++) {
      const fuzzed = fuzzedRequest(family, SEED + run);
      const answer = await answered(fuzzed.request, environmentOf[mode]);
      const { statusCode } = answer.result;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      const found = faults(fuzzed, answer);
      if (await isSlow(fuzzed, mode, answer)) found.push(`takes ${answer.cpuMs} ms of CPU`);
      if (found.length > 0) failures.push(`${fuzzed.name} ${found.join(', ')}`);
    }
    expect(failures).toEqual([]);
    // Most of what is made must come through, or nothing is tested.
    expect(statuses.get(200)).toBeGreaterThan(RUNS / 4);
  });
});
