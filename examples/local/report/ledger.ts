/** What the workload has sent and how it was answered: the truth that the tables are compared with. */

export interface AnswerCheck {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export class Ledger {
  /** Ids of events the collector has acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Copies of acknowledged events, as clients send that never saw the answer. */
  copies = 0;
  /** Number of events that have to be in bad_events. */
  bad = 0;
  readonly checks: AnswerCheck[] = [];

  acknowledge(ids: Iterable<string>) {
    for (const id of ids) {
      if (this.acknowledged.has(id)) this.copies += 1;
      else this.acknowledged.add(id);
    }
  }

  check(what: string, expected: string, got: string) {
    this.checks.push({ what, expected, got });
  }

  get failedChecks(): AnswerCheck[] {
    return this.checks.filter(({ expected, got }) => expected !== got);
  }
}
