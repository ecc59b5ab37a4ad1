import { corsHeaders, preflightHeaders } from '../../../src/collector/function/cors';

const echoed = (origin: string) => ({
  'Vary': 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true',
});

test('without a list any origin is echoed, with credentials', () => {
  expect(corsHeaders('https://shop.example', undefined)).toEqual(echoed('https://shop.example'));
  expect(corsHeaders('null', undefined)).toEqual(echoed('null'));
});

test('with a list only the listed origins are echoed', () => {
  const allowed = new Set(['https://shop.example']);
  expect(corsHeaders('https://shop.example', allowed)).toEqual(echoed('https://shop.example'));
  expect(corsHeaders('https://shop.example.evil.example', allowed)).toEqual({ Vary: 'Origin' });
  expect(corsHeaders('null', allowed)).toEqual({ Vary: 'Origin' });
});

test.each([
  undefined,
  'https://a\r\nSet-Cookie: x=1',
  'https://ä',
  'x'.repeat(301),
  '',
])('the origin %j is not echoed', origin => {
  expect(corsHeaders(origin, undefined)).toEqual({ Vary: 'Origin' });
});

test('a preflight allows what trackers send and plain tokens that are asked for', () => {
  const { 'Access-Control-Allow-Headers': allowed } = preflightHeaders(
    'X-Custom, SP-Anonymous, bad header, evil\r\nx: y',
  );
  const headers = allowed.split(', ');
  expect(headers).toEqual(expect.arrayContaining([
    'content-type', 'authorization', 'anonymousid', 'sp-anonymous', 'x-custom',
  ]));
  expect(new Set(headers).size).toBe(headers.length);
  expect(allowed).not.toMatch(/bad|evil/);
});
