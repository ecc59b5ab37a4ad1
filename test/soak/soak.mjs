// `npm run soak`: plain Node, because it has to run on a fresh clone.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awsEmulation, ensureSetUp, LOCAL_RUN_STEPS, python, toolchain } from '../../examples/local/setup/index.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const USAGE = `npm run soak                    100,000 events through a failing stream; 1,000 deletions in hostile circumstances
npm run soak -- job [options]   kills, damage, reshards, read faults and full disks for the running Spark job

  --seconds <number>  how long something happens (default 300)
  --lines <number>    how many lines are sent at least (default 200000)
  --seed <number>     what happened with that seed, as far as the machine's speed lets it (default: another each time)
  --s3                the tables and the checkpoint are in S3, whose calls fail as well; else on a disk that gets full
`;

/** Waits for a command, which ends when we are told to; returns its exit code. A terminal's Ctrl-C goes to both. */
function run(command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment }, stdio: 'inherit' });
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    process.on('SIGINT', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function main([what, ...options]) {
  await ensureSetUp(LOCAL_RUN_STEPS);
  if (what === undefined) {
    return run('npx', ['jest', '--ci', '--runInBand', '--testMatch', '**/test/soak/**/*.soak.ts']);
  }
  if (what !== 'job') {
    console.log(USAGE);
    return what === '--help' ? 0 : 2;
  }
  const isOnS3 = options.includes('--s3');
  if (isOnS3) await ensureSetUp(['s3aJars', 'ministack']);
  const jars = [...toolchain().jars, ...isOnS3 ? awsEmulation().s3aJars : []].join(':');
  // Where Linux lets us have mounts of our own, one of them is a disk that can be filled.
  const hasOwnMounts = spawnSync('unshare', ['-rm', 'true']).status === 0;
  const [command, ...args] = [
    ...hasOwnMounts ? ['unshare', '-rm'] : [],
    python, '-m', 'soak.job', '--jars', jars, ...options,
    ...hasOwnMounts ? ['--own-mounts'] : [],
  ];
  const assets = join(root, 'glue-assets');
  return run(command, args, {
    PYTHONPATH: `${assets}:${join(assets, 'tests')}`,
    SPARK_LOCAL_IP: '127.0.0.1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
}

process.exitCode = await main(process.argv.slice(2));
