/** The command line of `npm run bench -- job`. */

/** Names of measurements, in the order of the table. */
export const MEASUREMENTS = [
  'stage2', 'small', 'plain', 'source', 'stage1', 'both', 'windows', 'restart', 'freshness',
] as const;
const JVMS = ['default', 'local'] as const;
/** It takes its time whatever the machine. */
const ON_REQUEST = 'freshness';

export const JOB_USAGE = `npm run bench -- job [options]

  --only <${MEASUREMENTS.join(',')}>
                      what to measure, separated by commas (default all but ${ON_REQUEST})
  --events <number>   events of a batch (default 90000, of which the source makes one batch of two shards)
  --windows <list>    millions of stored ids to de-duplicate against, separated by commas (default 1,10;
                      86 is a day of 1,000 events/s, takes minutes and 4 GB of disk)
  --seconds <number>  how long freshness is measured (default 60)
  --jvm <${JVMS.join('|')}>   the JVM's options: its own (default), or those of the local run, which leaves the
                      optimising compiler out: a first batch takes less then, all others take more
`;

export interface JobOptions {
  readonly only: readonly string[];
  readonly events: number;
  readonly windows: readonly number[];
  readonly seconds: number;
  readonly jvm: typeof JVMS[number];
}

/** @throws for anything it does not know */
export function parseJobOptions(args: readonly string[]): JobOptions {
  const given = new Map<string, string>();
  const known = ['--only', '--events', '--windows', '--seconds', '--jvm'];
  for (let index = 0; index < args.length; index += 2) {
    if (!known.includes(args[index])) {
      throw new Error(`unknown option ${args[index]}, the options are those of\n\n${JOB_USAGE}`);
    }
    given.set(args[index], args[index + 1] ?? '');
  }
  return {
    only: measurements(given.get('--only')),
    events: number('--events', given.get('--events') ?? '90000', 100, 200_000),
    windows: (given.get('--windows') ?? '1,10').split(',').map(size => number('--windows', size, 1, 200)),
    seconds: number('--seconds', given.get('--seconds') ?? '60', 5, 3_600),
    jvm: jvm(given.get('--jvm') ?? 'default'),
  };
}

function measurements(list?: string): string[] {
  if (list === undefined) return MEASUREMENTS.filter(name => name !== ON_REQUEST);
  const names = list.split(',');
  const unknown = names.filter(name => !MEASUREMENTS.some(known => known === name));
  if (unknown.length === 0) return names;
  throw new Error(`--only takes ${MEASUREMENTS.join(', ')}, got ${list || 'nothing'}`);
}

function jvm(text: string): typeof JVMS[number] {
  const known = JVMS.find(name => name === text);
  if (known) return known;
  throw new Error(`--jvm takes ${JVMS.join(' or ')}, got ${text || 'nothing'}`);
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${option} takes numbers from ${least} to ${most}, got ${text || 'nothing'}`);
}
