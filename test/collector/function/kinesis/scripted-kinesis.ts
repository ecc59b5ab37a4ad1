import { PutRecords, RecordEntry, RecordResult } from '../../../../src/collector/function/kinesis/put-records';

export const stored: RecordResult = { SequenceNumber: '1' };

type Outcome = readonly RecordResult[] | Error;

/** A Kinesis that answers as it is told, and otherwise stores everything. */
export function scriptedKinesis() {
  const calls: (readonly RecordEntry[])[] = [];
  const timeouts: number[] = [];
  const next: Outcome[] = [];
  let usual: Outcome | undefined;
  const putRecords: PutRecords = async (entries, timeoutMs) => {
    calls.push(entries);
    timeouts.push(timeoutMs);
    const outcome = next.shift() ?? usual ?? entries.map(() => stored);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return {
    putRecords,
    calls,
    timeouts,
    script: (...outcomes: Outcome[]) => void next.push(...outcomes),
    always: (outcome: Outcome) => { usual = outcome; },
  };
}
