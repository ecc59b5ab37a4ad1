import { seededRandom } from '../seeded-random';

/** Random choices of a simulation, all from one seed. */
export class Chance {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(1 + Math.abs(seed) % 2_147_483_645);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  happens(probability: number): boolean {
    return this.random() < probability;
  }
}
