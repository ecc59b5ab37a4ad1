// The command line of `npm run demo`.
import { existsSync } from 'node:fs';
import { LocalRunError } from './errors.cjs';

/** Friendly for documentation; 0 = any free port, which is what a run without a browser takes. */
const PORTS = { site: 8080, live: 8081, collector: 8082 };

export const USAGE = `npm run demo [-- options]

Starts the whole pipeline on this machine and serves a shop to click in. Ctrl-C stops everything.

  --once                     no browser: send a built-in workload, wait for its rows, print the counts, exit 0 or 1
  --events <number>          with --once: send that many more events in bulk (default 0)
  --kill-job                 with --once: kill the Spark driver in the middle of the bulk events (needs --events)
  --keep                     continue with the tables of the last run instead of empty ones
  --settings <file>          options of collector and job, your transform among them (examples/local/README.md)
  --data <folder>            folder for the run's tables and logs (default .local/demo)
  --site-port <number>       port of the shop (default ${PORTS.site}, with --once any free port)
  --live-port <number>       port of the live page (default ${PORTS.live}, with --once any free port)
  --collector-port <number>  port of the collector (default ${PORTS.collector}, with --once any free port)
  --help                     print this text
`;

function number(name, text, { least, most }) {
  const value = Number(text);
  if (text === undefined || !/^\d+$/.test(text) || value < least || value > most) {
    throw new LocalRunError(`${name} needs a number from ${least} to ${most}, got ${text ?? 'nothing'}`);
  }
  return value;
}

function file(name, path) {
  if (!path || !existsSync(path)) throw new LocalRunError(`${name} needs a file that exists, got ${path ?? 'nothing'}`);
  return path;
}

/** @throws LocalRunError for anything it does not know */
export function parseOptions(args) {
  const options = {
    once: false,
    events: 0,
    killJob: false,
    keep: false,
    data: '.local/demo',
    settings: undefined,
    ports: {},
    help: false,
  };
  const rest = [...args];
  while (rest.length > 0) {
    const name = rest.shift();
    const port = /^--(site|live|collector)-port$/.exec(name)?.[1];
    if (port) options.ports[port] = number(name, rest.shift(), { least: 0, most: 65535 });
    else if (name === '--events') options.events = number(name, rest.shift(), { least: 1, most: 1_000_000 });
    else if (name === '--data') options.data = rest.shift();
    else if (name === '--settings') options.settings = file(name, rest.shift());
    else if (name === '--once') options.once = true;
    else if (name === '--kill-job') options.killJob = true;
    else if (name === '--keep') options.keep = true;
    else if (name === '--help') options.help = true;
    else throw new LocalRunError(`unknown option ${name}`, '`npm run demo -- --help` lists them');
  }
  if (!options.data) throw new LocalRunError('--data needs a folder');
  if (!options.once && (options.events > 0 || options.killJob)) {
    throw new LocalRunError('--events and --kill-job need --once');
  }
  if (options.killJob && options.events === 0) {
    throw new LocalRunError('--kill-job needs --events <number>: the driver is killed in the middle of them');
  }
  for (const [name, standard] of Object.entries(PORTS)) options.ports[name] ??= options.once ? 0 : standard;
  return options;
}
