/** How long it took from the click until a reader of the table saw the row. */
export class Latencies {
  private readonly samples: number[] = [];

  constructor(private readonly kept = Infinity) {}

  add(milliseconds: number) {
    this.samples.push(milliseconds);
    if (this.samples.length > this.kept) this.samples.shift();
  }

  /** @param share 0.95 = the value that 95 % do not exceed; undefined without samples */
  percentile(share: number): number | undefined {
    const sorted = [...this.samples].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  }

  get values(): readonly number[] {
    return this.samples;
  }
}
