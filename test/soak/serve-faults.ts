/**
 * `serve-faults.ts kinesis <emulator's URL> <seed>` or `serve-faults.ts s3 <folder> <seed>`, which starts the emulator
 * there: a service that fails while the job uses it. It prints the emulator's URL and the failing one, and at the end
 * of its standard input what went wrong how often.
 */
import { MiniStack } from '../s3a/ministack';
import { Faults, KinesisFaultProxy } from '../support/kinesis-fault-proxy';
import { S3FaultProxy, S3Faults } from '../support/s3-fault-proxy';
import { seededRandom } from '../support/seeded-random';

const KINESIS_FAULTS: Faults = {
  serverErrors: 0.03,
  throttledReads: 0.05,
  expiredIterators: 0.05,
  delays: { share: 0.05, milliseconds: 300 },
};
const S3_FAULTS: S3Faults = {
  slowDowns: 0.02,
  conflicts: 0.1,
  lostAnswers: 0.02,
  lateAnswers: { share: 0.02, milliseconds: 500 },
};

async function main([service, where, seed]: string[]) {
  const random = seededRandom(Number(seed));
  const ministack = service === 's3' ? await MiniStack.start(where, ['s3']) : undefined;
  const url = ministack?.endpoint ?? where;
  const proxy = ministack
    ? await S3FaultProxy.start(url, random, S3_FAULTS)
    : await KinesisFaultProxy.start(url, random, KINESIS_FAULTS);
  console.log(JSON.stringify({ url, failing_url: proxy.endpoint }));
  process.stdin.resume().on('end', () => {
    console.log(JSON.stringify({ service, ...proxy.counts }));
    void Promise.all([proxy.stop(), ministack?.stop()]).then(() => process.exit());
  });
}

void main(process.argv.slice(2));
