import { deflateSync, gzipSync } from 'zlib';

/** Bodies made to break a collector, each with a name. */
export type HostileBody = readonly [name: string, body: Buffer];

const MIB = 1024 * 1024;
const named = (prefix: string, texts: readonly string[]): HostileBody[] =>
  texts.map((text, index) => [`${prefix} ${index}`, Buffer.from(text)]);

const INVALID_JSON = [
  '', ' ', '\n\r\t', '{', '}', '[', ']', '[]]', '{}}', '{{}}', '[[]', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}',
  '[1,]', '[,1]', '[1,,2]', '{,}', '{a:1}', "{'a':1}", '{"a":\'1\'}', '{"a" 1}', '{"a"::1}', '{1:1}', '"', '"abc',
  '"\\"', '"\\x41"', '"\\u12"', '"\\uZZZZ"', '"a\nb"', '"a\tb"', '"a\u0000b"', 'nul', 'NULL', 'tru', 'True', 'FALSE',
  'undefined', 'NaN', 'Infinity', '-Infinity', '[NaN]', '{"a":NaN}', '{"a":undefined}', '+1', '01', '1.', '.5', '1e',
  '1e+', '0x10', '--1', '1 2', '{} {}', '[] []', '{}\u0000', '\u0000{}', '// comment\n{}', '/* c */{}', '{"a":1}//',
  '#{}', '<xml/>', '<script>alert(1)</script>', 'event=click&user=1', 'data=', 'data=%', 'data=%ZZ', 'data=e30',
  'a'.repeat(1000), '\\', '\\u0000', '%7B%7D', '${jndi:ldap://x}', '{"a":1};', 'callback({})', '--boundary\r\n',
];

const ENCODINGS: readonly HostileBody[] = [
  ['utf-8 mark', Buffer.from('\ufeff{"event":"x"}')],
  ['two utf-8 marks', Buffer.from('\ufeff\ufeff{"event":"x"}')],
  ['mark alone', Buffer.from('\ufeff')],
  ['half a mark', Buffer.from([0xef, 0xbb])],
  ['utf-16 little', Buffer.from('\ufeff{"event":"x"}', 'utf16le')],
  ['utf-16 without mark', Buffer.from('{"event":"x"}', 'utf16le')],
  ['utf-16 big', Buffer.from('\ufeff{"event":"x"}', 'utf16le').swap16()],
  ['latin-1', Buffer.from('{"event":"größe"}', 'latin1')],
  ['overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['overlong nul', Buffer.from([0x22, 0xc0, 0x80, 0x22])],
  ['surrogates as utf-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['beyond unicode', Buffer.from([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22])],
  ['a lone continuation', Buffer.from([0x22, 0x80, 0x22])],
  ['a cut character', Buffer.from([0x22, 0xe2, 0x82])],
  ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['zeros', Buffer.alloc(1000)],
  ['ones', Buffer.alloc(1000, 0xff)],
];

const JSON_GZIP = gzipSync('{"event":"x","userId":"u","type":"track"}');

const COMPRESSED: readonly HostileBody[] = [
  ['a bomb', gzipSync(Buffer.alloc(64 * MIB))],
  ['a bomb of spaces around JSON', gzipSync(Buffer.concat([Buffer.alloc(16 * MIB, 0x20), Buffer.from('{}')]))],
  ['a bomb as base64', Buffer.from(gzipSync(Buffer.alloc(64 * MIB)).toString('base64'))],
  ['a bomb in a bomb', gzipSync(gzipSync(Buffer.alloc(64 * MIB)))],
  ['many members', Buffer.concat(Array<Buffer>(20_000).fill(gzipSync('')))],
  ['deflate', deflateSync('{"event":"x"}')],
  ['a zip', Buffer.from('504b0304140000000800', 'hex')],
  ['the magic', Buffer.from('1f8b', 'hex')],
  ['a header', Buffer.from('1f8b08000000000000ff', 'hex')],
  ['an unknown method', Buffer.concat([Buffer.from('1f8b07', 'hex'), JSON_GZIP.subarray(3)])],
  ['reserved flags', Buffer.concat([Buffer.from('1f8b08e0', 'hex'), JSON_GZIP.subarray(4)])],
  ['a wrong checksum', Buffer.concat([JSON_GZIP.subarray(0, -8), Buffer.alloc(8)])],
  ['bytes after the end', Buffer.concat([JSON_GZIP, Buffer.from('{"event":"y"}')])],
  ['base64 cut', Buffer.from(JSON_GZIP.toString('base64').slice(0, 21))],
  ['base64 with blanks', Buffer.from(JSON_GZIP.toString('base64').replace(/(.{10})/g, '$1\n'))],
  ['base64 magic alone', Buffer.from('H4sI')],
  ...Array.from({ length: JSON_GZIP.length - 2 }, (_, index) => index + 2)
    .map((cut): HostileBody => [`cut at ${cut}`, JSON_GZIP.subarray(0, cut)]),
];

const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

const HUGE = [
  deep('[', ']', 33), deep('[', ']', 10_000), deep('{"a":', '}', 33), deep('{"a":', '}', 50_000), '['.repeat(500_000),
  '{"a":'.repeat(100_000),
  `{"event":"x","properties":${deep('[', ']', 31)}}`, `{"event":"x","properties":{"a":${deep('{"a":', '}', 30)}}}`,
  '1e400', '-1e400', '1e-400', '123456789012345678901234567890', '9007199254740993', '0.1e-7', '-0', '1E5',
  '{"event":"x","timestamp":1e400,"value":1e400,"session_index":1e400}', '{"event":"x","timestamp":-1e400}',
  '{"event":"x","value":-0}',
  `{"event":"${'x'.repeat(500_000)}"}`, `{"${'k'.repeat(500_000)}":1,"event":"x"}`, `"${'x'.repeat(900_000)}"`,
  `{"event":"x","properties":{"text":"${'x'.repeat(950_000)}"}}`,
  `{"event":"x","properties":{"text":"${'\\u0000'.repeat(150_000)}"}}`,
  `[${'1,'.repeat(400_000)}1]`, `[${'{},'.repeat(1_500)}{}]`, `{"events":[${'{},'.repeat(1_500)}{}]}`,
  `{"batch":[${'1,'.repeat(5_000)}1]}`, `{"data":[${'1,'.repeat(5_000)}1]}`,
  `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":${index}`).join()}}`,
];

const SPECIAL_KEYS = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'toJSON', 'then', 'length', 'v',
  'kind', 'received_ts', 'request_id', 'source_id', 'app_id', 'ip_address', '', ' ', '.', 'a.b', '$', '$set', '\u0000',
  '\ud800', '‮', '%00', '../..', 'event_id', 'batch', 'events', 'data', 'context', 'properties', 'traits', 'messageId',
].flatMap(key => ['1', '{"a":1}', '"x"', 'null', '[1]', 'true', '""']
  .map(value => `{"event":"x","type":"track","userId":"u",${JSON.stringify(key)}:${value}}`));

const WRONG_SHAPES = [
  'null', 'true', 'false', '0', '1', '-1', '""', '"text"', '[]', '{}', '[[]]', '[{}]', '[null]',
  '[1,"a",null,true,{},[]]', '{"batch":null}', '{"batch":1}', '{"batch":"x"}', '{"batch":{}}', '{"batch":[]}',
  '{"batch":[null]}', '{"batch":[[]]}', '{"batch":[[{}]]}', '{"batch":{"length":1}}', '{"events":null}', '{"events":1}',
  '{"events":[]}', '{"events":[[]]}', '{"data":null}', '{"data":1}', '{"data":{}}', '{"data":[]}',
  '{"data":[null,1,"x",[],{}]}', '{"schema":1,"data":[{"e":1}]}', '{"data":[{"e":"pv","p":{},"tv":[]}]}',
  '{"data":[{"e":"ue","p":"web","tv":"x","ue_pr":1}]}', '{"data":[{"e":"ue","p":"web","tv":"x","ue_px":"!!"}]}',
  '{"data":[{"e":"ue","p":"web","tv":"x","ue_pr":"{\\"schema\\":\\"\\",\\"data\\":null}"}]}',
  '{"data":[{"e":"pv","p":"web","tv":"x","co":"[[[["}]}', '{"event":{}}', '{"event":[]}', '{"event":null}',
  '{"event":true}', '{"event":0}', '{"event":"x","userId":{}}', '{"event":"x","userId":[]}',
  '{"event":"x","userId":true}', '{"event":"x","userId":1e400}', '{"event":"x","context":1,"userId":"u"}',
  '{"event":"x","context":[],"userId":"u"}',
  '{"event":"x","context":{"page":1,"library":[],"screen":"x","campaign":null,"ip":{}},"userId":"u"}',
  '{"event":"x","userId":"u","messageId":{}}', '{"event":"x","userId":"u","timestamp":{}}',
  '{"event":"x","userId":"u","timestamp":"0000-00-00"}',
  '{"event":"x","userId":"u","timestamp":"9999-99-99T99:99:99Z"}',
  '{"event":"x","userId":"u","timestamp":"1970-01-01T00:00:00Z"}',
  '{"event":"x","userId":"u","timestamp":"9999-12-31T23:59:59.999Z"}',
  '{"event":"x","userId":"u","timestamp":-62135596800000}', '{"events":[{"name":1,"params":1}],"client_id":{}}',
  '{"events":[{"name":"x","params":[]}]}', '{"api_key":1,"batch":[1]}',
  '{"api_key":"k","batch":[{"event":"x","distinct_id":[]}]}', '{"event_type":"x","attributes":1}',
  '[{"event_type":"x","user":[]}]', '[{"event_type":{},"timestamp":"x"}]',
  '{"type":"track","event":"x","userId":"u","properties":"x","traits":1}',
];

export const HOSTILE_BODIES: readonly HostileBody[] = [
  ...named('invalid JSON', INVALID_JSON), ...ENCODINGS, ...COMPRESSED, ...named('huge', HUGE),
  ...named('special key', SPECIAL_KEYS), ...named('wrong shape', WRONG_SHAPES),
  ['a body above the limit', Buffer.alloc(MIB + 1, 0x20)],
  ['a body far above the limit', Buffer.alloc(5 * MIB, 0x7b)],
];

/** Texts that systems tend to change on their way. */
export const NAUGHTY_STRINGS = [
  'undefined', 'null', 'NaN', 'true', '0', '-0', '1e400', '1/0', '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800',
  '\uffff', '\ufffe', '\ufeff', '\u2028\u2029', '\r\n', '\t', ' x ', '\u00a0', '\u200b', '‮abc', 'Ω≈ç√∫˜µ',
  '表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀', '👩‍👩‍👧‍👦', 'Z̡̨a̴lgo', 'é', 'é', '<script>alert(1)</script>', "'; DROP TABLE events;--",
  '"\\"', '\\u0000', '${x}', '{{x}}', '%s%n', '../../etc/passwd', '{"a":1}', '[1]', '\n{"v":1,"kind":"event"}\n',
  'x'.repeat(256), '__proto__', 'constructor', 'toString', '=1+1', '`id`', '\u001b[31m', '\u007f', 'ﷺ', 'ⅷ', 'İ', 'ß',
  '١٢٣', '\u0001\u001f',
];
