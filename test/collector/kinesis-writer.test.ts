import { KinesisClient, PutRecordsCommand, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { KinesisWriter, Pacing, StoreFailedError } from '../../src/collector/kinesis-writer';
import { MAX_CALL_BYTES, MAX_RECORD_BYTES } from '../../src/collector/limits';

const kinesis = mockClient(KinesisClient);
beforeEach(() => kinesis.reset());

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

const stored = { SequenceNumber: '1', ShardId: 'shardId-0' };
const throttled = { ErrorCode: 'ProvisionedThroughputExceededException' };
const bigLine = (letter: string) => letter.repeat(MAX_RECORD_BYTES);
const sent = (): PutRecordsRequestEntry[][] => kinesis.commandCalls(PutRecordsCommand).map(call => call.args[0].input.Records ?? []);
const firstLetters = (call: PutRecordsRequestEntry[]) => call.map(entry => String.fromCharCode(entry.Data?.[0] ?? 0)).join('');
const httpError = (name: string, httpStatusCode?: number) => Object.assign(new Error('details'), { name, $metadata: { httpStatusCode } });

function writer(pacing = virtualPacing().pacing) {
  return new KinesisWriter(new KinesisClient({ region: 'eu-west-1' }), 'clicks', pacing);
}

test('lines go out as one NDJSON record under a random key', async () => {
  kinesis.on(PutRecordsCommand).resolves({ FailedRecordCount: 0, Records: [stored] });
  await expect(writer().write(['{"a":1}', '{"b":2}'], 1_000)).resolves.toEqual({ retries: 0 });
  expect(kinesis.commandCalls(PutRecordsCommand)[0].args[0].input).toEqual({
    StreamName: 'clicks',
    Records: [{ Data: Buffer.from('{"a":1}\n{"b":2}'), PartitionKey: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
  });
});

test('only the entries that failed are sent again', async () => {
  kinesis.on(PutRecordsCommand)
    .resolvesOnce({ FailedRecordCount: 2, Records: [throttled, stored, throttled] })
    .resolvesOnce({ FailedRecordCount: 1, Records: [stored, { ErrorCode: 'InternalFailure' }] })
    .resolvesOnce({ FailedRecordCount: 0, Records: [stored] });
  await expect(writer().write(['a', 'b', 'c'].map(bigLine), 10_000)).resolves.toEqual({ retries: 2 });
  expect(sent().map(firstLetters)).toEqual(['abc', 'ac', 'c']);
  expect(sent()[2][0].PartitionKey).toBe(sent()[0][2].PartitionKey);
});

test('waits double, are bounded, and are random up to their bound', async () => {
  kinesis.on(PutRecordsCommand).resolves({ FailedRecordCount: 1, Records: [throttled] });
  const { pacing, waits } = virtualPacing(0.5);
  await expect(writer(pacing).write(['a'], 3_000)).rejects.toThrow(StoreFailedError);
  expect(waits).toEqual([25, 50, 100, 200, 400, 500, 500, 500, 500]);
});

test('a lost connection is told by its code', async () => {
  kinesis.on(PutRecordsCommand).rejects(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  await expect(writer(virtualPacing(1).pacing).write(['a'], 10)).rejects.toMatchObject({ reason: 'ECONNREFUSED', retries: 0 });
});

test('when the deadline is near, it gives up and says why', async () => {
  kinesis.on(PutRecordsCommand).resolves({ FailedRecordCount: 1, Records: [throttled] });
  const failure = writer(virtualPacing(1).pacing).write(['a'], 200);
  await expect(failure).rejects.toMatchObject({ reason: 'ProvisionedThroughputExceededException', retries: 2 });
});

test.each([
  ['an error of the service', httpError('InternalFailure', 500)],
  ['a throttled call', httpError('ThrottlingException', 400)],
  ['expired credentials', httpError('ExpiredTokenException', 400)],
  ['a lost connection', Object.assign(new Error('reset'), { name: 'Error', code: 'ECONNRESET' })],
  ['a time-out', httpError('TimeoutError')],
])('%s is tried again with every entry', async (_, error) => {
  kinesis.on(PutRecordsCommand).rejectsOnce(error).resolves({ FailedRecordCount: 0, Records: [stored, stored] });
  await expect(writer().write(['a', 'b'].map(bigLine), 1_000)).resolves.toEqual({ retries: 1 });
  expect(sent().map(firstLetters)).toEqual(['ab', 'ab']);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'])('%s is not tried again', async name => {
  kinesis.on(PutRecordsCommand).rejects(httpError(name, 400));
  await expect(writer().write(['a'], 10_000)).rejects.toMatchObject({ reason: name, retries: 0 });
  expect(sent()).toHaveLength(1);
});

test('an entry without a sequence number is not stored, whatever the answer counts', async () => {
  kinesis.on(PutRecordsCommand).resolvesOnce({ FailedRecordCount: 0, Records: [] }).resolves({ FailedRecordCount: 0, Records: [stored] });
  await expect(writer().write(['a'], 1_000)).resolves.toEqual({ retries: 1 });
});

test('calls stay within the limits of PutRecords', async () => {
  kinesis.on(PutRecordsCommand).callsFake(input => ({ FailedRecordCount: 0, Records: input.Records.map(() => stored) }));
  await writer().write(Array.from({ length: 13 }, () => bigLine('x')), 1_000);
  expect(sent().map(call => call.length)).toEqual([5, 5, 3]);
  for (const call of sent()) {
    const bytes = call.reduce((sum, entry) => sum + (entry.Data?.length ?? 0) + (entry.PartitionKey?.length ?? 0), 0);
    expect(bytes).toBeLessThanOrEqual(MAX_CALL_BYTES);
  }
});
