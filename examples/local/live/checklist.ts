/** The steps of the first event from the page to its row. */
export const STEPS = {
  site: 'Site is up',
  accepted: 'First event accepted by the collector',
  shard: 'Event is in the Kinesis shard',
  raw: 'Event is committed in raw',
  row: 'Row is in events',
} as const;

export type StepId = keyof typeof STEPS;

export interface Step { readonly id: StepId; readonly title: string; readonly seconds?: number }

export class Checklist {
  private readonly done = new Map<StepId, number>();

  constructor(private readonly startedAt: number, private readonly onDone: (step: Step) => void) {}

  /** Marks a step the first time it is reached. */
  reach(id: StepId) {
    if (this.done.has(id)) return;
    this.done.set(id, (Date.now() - this.startedAt) / 1000);
    this.onDone(this.step(id));
  }

  has(id: StepId): boolean {
    return this.done.has(id);
  }

  get steps(): Step[] {
    return (Object.keys(STEPS) as StepId[]).map(id => this.step(id));
  }

  private step(id: StepId): Step {
    return { id, title: STEPS[id], seconds: this.done.get(id) };
  }
}
