/** The metrics of collector and job, from the same lines that CloudWatch would get. */
import { JobMessage } from './spark-run';

/** Sums of the collector's metrics in embedded metric format. */
export class CollectorMetrics {
  private readonly sums = new Map<string, number>();

  /** @param line of the function's log */
  read(line: string) {
    if (!line.startsWith('{"_aws"') && !line.includes('"CloudWatchMetrics"')) return;
    const entry = JSON.parse(line) as Record<string, unknown>;
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value === 'number') this.sums.set(name, this.sum(name) + value);
    }
  }

  sum(name: string): number {
    return this.sums.get(name) ?? 0;
  }
}

/** The job's metrics: one line per batch. When a batch was done again after a crash, its last line counts. */
export class JobMetrics {
  private readonly batches = new Map<string, JobMessage>();

  read(message: JobMessage) {
    if (message.type === 'metrics') this.batches.set(`${message.query}/${message.batch}`, message);
  }

  sum(name: string): number {
    return [...this.batches.values()].reduce((total, batch) => total + Number(batch[name] ?? 0), 0);
  }

  /** Of the newest batch that has it. */
  latest(name: string): number | undefined {
    const value = [...this.batches.values()].reverse().find(batch => batch[name] !== undefined)?.[name];
    return value === undefined ? undefined : Number(value);
  }
}
