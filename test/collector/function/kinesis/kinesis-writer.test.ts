import { scriptedKinesis, stored } from './scripted-kinesis';
import { KinesisWriter, Pacing, StoreFailedError } from '../../../../src/collector/function/kinesis/kinesis-writer';
import { KinesisError, RecordEntry } from '../../../../src/collector/function/kinesis/put-records';
import { MAX_ATTEMPT_MS, MAX_CALL_BYTES, MAX_RECORD_BYTES } from '../../../../src/collector/function/limits';

let kinesis: ReturnType<typeof scriptedKinesis>;
beforeEach(() => { kinesis = scriptedKinesis(); });

/** A clock that moves only by waiting. */
function virtualPacing(random = 0.5) {
  const waits: number[] = [];
  let clock = 0;
  const pacing: Pacing = {
    now: () => clock,
    random: () => random,
    wait: async milliseconds => {
      waits.push(milliseconds);
      clock += milliseconds;
    },
  };
  return { pacing, waits };
}

const throttled = { ErrorCode: 'ProvisionedThroughputExceededException' };
const bigLine = (letter: string) => letter.repeat(MAX_RECORD_BYTES);
const firstLetters = (call: readonly RecordEntry[]) => call.map(({ data }) => String.fromCharCode(data[0])).join('');

function writer(pacing = virtualPacing().pacing) {
  return new KinesisWriter(kinesis.putRecords, pacing);
}

test('lines go out as one NDJSON record under a random key', async () => {
  await expect(writer().write(['{"a":1}', '{"b":2}'], 1_000)).resolves.toEqual({ retries: 0 });
  const partitionKey = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(kinesis.calls).toEqual([[{ data: Buffer.from('{"a":1}\n{"b":2}'), partitionKey }]]);
});

test('only the entries that failed are sent again', async () => {
  kinesis.script([throttled, stored, throttled], [stored, { ErrorCode: 'InternalFailure' }], [stored]);
  await expect(writer().write(['a', 'b', 'c'].map(bigLine), 10_000)).resolves.toEqual({ retries: 2 });
  expect(kinesis.calls.map(firstLetters)).toEqual(['abc', 'ac', 'c']);
  expect(kinesis.calls[2][0].partitionKey).toBe(kinesis.calls[0][2].partitionKey);
});

test('waits double, are bounded, and are random up to their bound', async () => {
  kinesis.always([throttled]);
  const { pacing, waits } = virtualPacing(0.5);
  await expect(writer(pacing).write(['a'], 3_000)).rejects.toThrow(StoreFailedError);
  expect(waits).toEqual([25, 50, 100, 200, 400, 500, 500, 500, 500]);
});

test('an attempt gets the time that is left, less what another attempt needs', async () => {
  kinesis.always([throttled]);
  await expect(writer(virtualPacing(1).pacing).write(['a'], 3_500)).rejects.toThrow(StoreFailedError);
  expect(kinesis.timeouts.slice(0, 4)).toEqual([MAX_ATTEMPT_MS, MAX_ATTEMPT_MS, MAX_ATTEMPT_MS, MAX_ATTEMPT_MS]);
  expect(kinesis.timeouts.slice(4)).toEqual([2_750, 1_950, 950]);
});

test('a lost connection is reported by its code', async () => {
  kinesis.always(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  await expect(writer(virtualPacing(1).pacing).write(['a'], 10)).rejects.toMatchObject({
    reason: 'ECONNREFUSED', retries: 0,
  });
});

test('near the deadline the writer gives up and says why', async () => {
  kinesis.always([throttled]);
  const failure = writer(virtualPacing(1).pacing).write(['a'], 200);
  await expect(failure).rejects.toMatchObject({ reason: 'ProvisionedThroughputExceededException', retries: 2 });
});

test.each([
  ['an error of the service', new KinesisError('InternalFailure', 500)],
  ['a throttled call', new KinesisError('ThrottlingException', 400)],
  ['expired credentials', new KinesisError('ExpiredTokenException', 400)],
  ['a lost connection', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
  ['a time-out', Object.assign(new Error('aborted'), { name: 'AbortError' })],
])('%s is retried with every entry', async (_, error) => {
  kinesis.script(error);
  await expect(writer().write(['a', 'b'].map(bigLine), 1_000)).resolves.toEqual({ retries: 1 });
  expect(kinesis.calls.map(firstLetters)).toEqual(['ab', 'ab']);
});

test.each([
  'AccessDeniedException', 'ResourceNotFoundException', 'ValidationException',
])('%s is not retried', async name => {
  kinesis.always(new KinesisError(name, 400));
  await expect(writer().write(['a'], 10_000)).rejects.toMatchObject({ reason: name, retries: 0 });
  expect(kinesis.calls).toHaveLength(1);
});

test('an entry without a sequence number is not stored', async () => {
  kinesis.script([]);
  await expect(writer().write(['a'], 1_000)).resolves.toEqual({ retries: 1 });
});

test('calls stay within the limits of PutRecords', async () => {
  await writer().write(Array.from({ length: 13 }, () => bigLine('x')), 1_000);
  expect(kinesis.calls.map(call => call.length)).toEqual([5, 5, 3]);
  for (const call of kinesis.calls) {
    const bytes = call.reduce((sum, { data, partitionKey }) => sum + data.length + partitionKey.length, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_CALL_BYTES);
  }
});
