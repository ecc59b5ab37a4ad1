import { DecodeError } from './errors';
import { ENVELOPE_BYTES, OUTPUT_FACTOR } from './limits';

/**
 * Bounds what a request writes by what it sends. Fields that are said once for all events are copied into each, so a
 * small body could fill the stream.
 */
export class OutputBudget {
  private left: number;

  constructor(contentBytes: number, events: number, max: number) {
    this.left = Math.min(max, OUTPUT_FACTOR * contentBytes + ENVELOPE_BYTES * events);
  }

  /**
   * Takes an event's bytes from the budget.
   * @throws {DecodeError} when they do not fit
   */
  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new DecodeError(
      'output_too_large',
      'The events of the request together are larger than its size allows.',
      413,
    );
  }
}
