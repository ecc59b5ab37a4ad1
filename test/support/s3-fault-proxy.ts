import { ServerResponse } from 'http';
import { setTimeout as delay } from 'timers/promises';
import { Answer, FaultProxy, Forwarded } from './fault-proxy';

/** How often something goes wrong: shares from 0 (never) to 1 (always). */
export interface S3Faults {
  /** calls answered with 503 SlowDown without reaching S3 */
  readonly slowDowns: number;
  /** conditional writes answered with 409 without reaching S3, as while another one is in flight */
  readonly conflicts: number;
  /** calls whose connection is reset after S3 has done what they ask */
  readonly lostAnswers: number;
  /** calls whose answer waits after S3 has done what they ask */
  readonly lateAnswers: { readonly share: number; readonly milliseconds: number };
}

export interface S3FaultCounts {
  calls: number;
  slowDowns: number;
  conflicts: number;
  lostAnswers: number;
  lateAnswers: number;
  /** conditional writes that S3 itself refused */
  refusedWrites: number;
}

const refusal = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
const SLOW_DOWN = refusal(503, 'SlowDown');
const CONFLICT = refusal(409, 'ConditionalRequestConflict');

/** Stands before an S3 emulator and fails in the ways the real one does. */
export class S3FaultProxy extends FaultProxy<S3FaultCounts> {
  /**
   * @param target the emulator's URL
   * @param random uniform in [0, 1)
   */
  static start(target: string, random: () => number, faults: S3Faults): Promise<S3FaultProxy> {
    return new S3FaultProxy(target, random, faults).listening();
  }

  readonly counts: S3FaultCounts = {
    calls: 0, slowDowns: 0, conflicts: 0, lostAnswers: 0, lateAnswers: 0, refusedWrites: 0,
  };

  private constructor(target: string, random: () => number, private readonly faults: S3Faults) {
    super(target, random);
  }

  protected async serve(call: Forwarded, response: ServerResponse): Promise<void> {
    const answer = await this.answer(call);
    if (this.strikes('lostAnswers', this.faults.lostAnswers)) {
      response.socket?.resetAndDestroy();
      return;
    }
    const { share, milliseconds } = this.faults.lateAnswers;
    if (this.strikes('lateAnswers', share)) await delay(milliseconds);
    const { 'transfer-encoding': _, ...headers } = answer.headers ?? {};
    response.writeHead(answer.status, headers).end(call.method === 'HEAD' ? undefined : answer.body);
  }

  private async answer(call: Forwarded): Promise<Answer> {
    if (this.strikes('slowDowns', this.faults.slowDowns)) return SLOW_DOWN;
    const isConditional = call.method === 'PUT' && call.headers['if-none-match'] !== undefined;
    if (isConditional && this.strikes('conflicts', this.faults.conflicts)) return CONFLICT;
    const answer = await this.forward(call);
    if (isConditional && answer.status === 412) this.counts.refusedWrites++;
    return answer;
  }
}
