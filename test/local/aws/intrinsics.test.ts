import { Intrinsics, Json } from '../../../examples/local/aws/intrinsics';

const intrinsics = new Intrinsics({
  Stream: { Type: 'AWS::Kinesis::Stream' },
  Named: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'clicks' } },
});

test.each([
  ['Ref of a resource is a name made of its logical id', { Ref: 'Stream' }, 'stream'],
  ['Ref of a named resource is its name', { Ref: 'Named' }, 'clicks'],
  ['Ref of a pseudo parameter', { Ref: 'AWS::Partition' }, 'aws'],
  ['GetAtt Arn', { 'Fn::GetAtt': ['Named', 'Arn'] }, 'arn:aws:kinesis:us-east-1:000000000000:clicks'],
  ['GetAtt as text', { 'Fn::GetAtt': 'Named.StreamId' }, 'named-streamid'],
  ['Join of nested functions', { 'Fn::Join': ['-', ['a', { Ref: 'Stream' }, { 'Fn::Join': ['', ['b', 'c']] }]] },
    'a-stream-bc'],
  ['Select from Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'x/y/z'] }] }, 'y'],
  ['Sub with resources, attributes and variables',
    { 'Fn::Sub': ['${AWS::Region}/${Stream}/${Named.Arn}/${x}', { x: { Ref: 'Named' } }] },
    'us-east-1/stream/arn:aws:kinesis:us-east-1:000000000000:clicks/clicks'],
  ['Sub keeps an escaped dollar', { 'Fn::Sub': 'a ${!literal}' }, 'a ${literal}'],
] as [string, Json, Json][])('%s', (_name, value, expected) => {
  expect(intrinsics.resolve(value)).toEqual(expected);
});

test('a property without a value is left out', () => {
  expect(intrinsics.resolve({ a: 1, b: { Ref: 'AWS::NoValue' }, c: null })).toEqual({ a: 1, c: null });
});

test.each([
  [{ Ref: 'Missing' }, /refers to Missing/],
  [{ 'Fn::GetAtt': ['Missing', 'Arn'] }, /has no Missing/],
  [{ 'Fn::ImportValue': 'x' }, /cannot evaluate Fn::ImportValue/],
  [{ 'Fn::Select': [3, ['a']] }, /finds no item 3/],
])('%j is refused with a reason', (value, message) => {
  expect(() => intrinsics.resolve(value)).toThrow(message);
});
