import { seededRandom } from '../../../support/seeded-random';

/** The seed of `npm test`. Another one, to look further: `FUZZ_SEED=7 npx jest test/collector/function/properties`. */
export const SEED = Number(process.env.FUZZ_SEED ?? 20_260_102);

/** Choices that a seed repeats. */
export class Random {
  private readonly next: () => number;

  /** Near seeds start alike, so the first numbers are thrown away. */
  constructor(seed: number) {
    this.next = seededRandom(1 + (Math.abs(seed) * 7_919) % 2_147_483_645);
    for (let thrown = 0; thrown < 3; thrown++) this.next();
  }

  /** Uniform in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit) % limit;
  }

  /** True in so many of a hundred times. */
  percent(share: number): boolean {
    return this.below(100) < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}
