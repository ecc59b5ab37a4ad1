import { ServerResponse } from 'http';
import { setTimeout as delay } from 'timers/promises';
import { Answer, FaultProxy, Forwarded } from './fault-proxy';

/** How often something goes wrong: shares from 0 (never) to 1 (always). */
export interface Faults {
  /** records of a PutRecords call that are refused, half of them as throttled, half as an internal failure */
  readonly refusedRecords?: number;
  /** calls answered with a 500 without reaching Kinesis */
  readonly serverErrors?: number;
  /** PutRecords calls whose connection is reset after Kinesis stored the records */
  readonly lostAnswers?: number;
  /** calls that wait before they reach Kinesis */
  readonly delays?: { readonly share: number; readonly milliseconds: number };
  /** GetRecords calls refused as throttled */
  readonly throttledReads?: number;
  /** GetRecords calls refused because the iterator has expired */
  readonly expiredIterators?: number;
}

/** The number of calls and of faults so far. */
export interface FaultCounts {
  calls: number;
  putRecordsCalls: number;
  records: number;
  refusedRecords: number;
  serverErrors: number;
  lostAnswers: number;
  delays: number;
  throttledReads: number;
  expiredIterators: number;
}

interface Result { readonly SequenceNumber?: string; readonly ErrorCode?: string; readonly ErrorMessage?: string }

interface Call extends Forwarded { readonly operation: string }

const REFUSALS: readonly Result[] = [
  { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded for shard' },
  { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal service failure' },
];
const SERVER_ERROR: Answer = { status: 500, body: '{"__type":"InternalFailure"}' };
const badRequest = (type: string, message: string): Answer =>
  ({ status: 400, body: JSON.stringify({ __type: type, message }) });
const THROTTLED_READ = badRequest('ProvisionedThroughputExceededException', 'Rate exceeded for shard');
const EXPIRED_ITERATOR = badRequest('ExpiredIteratorException', 'Iterator expired');

/** Stands before a Kinesis emulator and fails in the ways the real one does. Its faults can be changed at any time. */
export class KinesisFaultProxy extends FaultProxy<FaultCounts> {
  /**
   * @param target the emulator's URL
   * @param random uniform in [0, 1): seeded, a run's faults can be repeated
   */
  static start(target: string, random: () => number, faults: Faults = {}): Promise<KinesisFaultProxy> {
    return new KinesisFaultProxy(target, random, faults).listening();
  }

  readonly counts: FaultCounts = {
    calls: 0,
    putRecordsCalls: 0,
    records: 0,
    refusedRecords: 0,
    serverErrors: 0,
    lostAnswers: 0,
    delays: 0,
    throttledReads: 0,
    expiredIterators: 0,
  };

  private constructor(target: string, random: () => number, public faults: Faults) {
    super(target, random);
  }

  protected async serve(received: Forwarded, response: ServerResponse): Promise<void> {
    const operation = String(received.headers['x-amz-target']).replace(/^.*\./, '');
    const { delays } = this.faults;
    if (this.strikes('delays', delays?.share)) await delay(delays?.milliseconds, undefined, { ref: false });
    const answer = await this.answer({ operation, ...received });
    if (operation === 'PutRecords' && answer !== SERVER_ERROR && this.strikes('lostAnswers', this.faults.lostAnswers)) {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(answer.body);
  }

  private async answer(call: Call): Promise<Answer> {
    if (this.strikes('serverErrors', this.faults.serverErrors)) return SERVER_ERROR;
    if (call.operation === 'PutRecords') return this.putRecords(call);
    if (call.operation === 'GetRecords') {
      if (this.strikes('throttledReads', this.faults.throttledReads)) return THROTTLED_READ;
      if (this.strikes('expiredIterators', this.faults.expiredIterators)) return EXPIRED_ITERATOR;
    }
    return this.forward(call);
  }

  /** Kinesis gets the records that are not refused. Its results and the refusals are returned in the records' order. */
  private async putRecords(call: Call): Promise<Answer> {
    const { Records, ...stream } = JSON.parse(call.body.toString()) as { Records: unknown[] };
    this.counts.putRecordsCalls++;
    this.counts.records += Records.length;
    const refusals = Records.map(() => this.refusal());
    const taken = Records.filter((_, index) => refusals[index] === undefined);
    let stored: readonly Result[] = [];
    if (taken.length > 0) {
      const body = Buffer.from(JSON.stringify({ ...stream, Records: taken }));
      const answer = await this.forward({ ...call, body });
      if (answer.status !== 200) return answer;
      stored = (JSON.parse(String(answer.body)) as { Records: Result[] }).Records;
    }
    const rest = [...stored];
    const results = refusals.map(refusal => refusal ?? rest.shift() ?? {});
    const FailedRecordCount = results.filter(result => result.ErrorCode).length;
    return { status: 200, body: JSON.stringify({ FailedRecordCount, Records: results }) };
  }

  private refusal(): Result | undefined {
    if (!this.strikes('refusedRecords', this.faults.refusedRecords)) return undefined;
    return REFUSALS[this.random() < 0.5 ? 0 : 1];
  }
}
