/** The command line of `npm run bench -- job`. */

/** Names of measurements, in the order of the table. */
export const MEASUREMENTS = [
  'stage2', 'small', 'plain', 'source', 'stage1', 'both', 'windows', 'restart', 'freshness',
] as const;
/** It takes its time whatever the machine. */
const ON_REQUEST = 'freshness';

export const JOB_USAGE = `npm run bench -- job [options]

  --only <${MEASUREMENTS.join(',')}>
                      what to measure, separated by commas (default all but ${ON_REQUEST})
  --events <number>   events of a batch (default 60000)
  --windows <list>    millions of stored ids to de-duplicate against, separated by commas (default 1,10;
                      86 is a day of 1,000 events/s, takes minutes and 4 GB of disk)
  --seconds <number>  how long freshness is measured (default 60)
`;

export interface JobOptions {
  readonly only: readonly string[];
  readonly events: number;
  readonly windows: readonly number[];
  readonly seconds: number;
}

/** @throws for anything it does not know */
export function parseJobOptions(args: readonly string[]): JobOptions {
  const given = new Map<string, string>();
  const known = ['--only', '--events', '--windows', '--seconds'];
  for (let index = 0; index < args.length; index += 2) {
    if (!known.includes(args[index])) {
      throw new Error(`unknown option ${args[index]}, the options are those of\n\n${JOB_USAGE}`);
    }
    given.set(args[index], args[index + 1] ?? '');
  }
  return {
    only: measurements(given.get('--only')),
    events: number('--events', given.get('--events') ?? '60000', 100, 200_000),
    windows: (given.get('--windows') ?? '1,10').split(',').map(size => number('--windows', size, 1, 200)),
    seconds: number('--seconds', given.get('--seconds') ?? '60', 5, 3_600),
  };
}

function measurements(list?: string): string[] {
  if (list === undefined) return MEASUREMENTS.filter(name => name !== ON_REQUEST);
  const names = list.split(',');
  const unknown = names.filter(name => !MEASUREMENTS.some(known => known === name));
  if (unknown.length === 0) return names;
  throw new Error(`--only takes ${MEASUREMENTS.join(', ')}, got ${list || 'nothing'}`);
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${option} takes numbers from ${least} to ${most}, got ${text || 'nothing'}`);
}
