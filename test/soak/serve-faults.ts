/**
 * `serve-faults.ts <kinesis|s3> <emulator's URL> <seed>`: a service that fails while the job uses it. It prints its
 * URL, and at the end of its standard input what went wrong how often.
 */
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

async function main([service, target, seed]: string[]) {
  const random = seededRandom(Number(seed));
  const proxy = service === 's3'
    ? await S3FaultProxy.start(target, random, S3_FAULTS)
    : await KinesisFaultProxy.start(target, random, KINESIS_FAULTS);
  console.log(JSON.stringify({ url: proxy.endpoint }));
  process.stdin.resume().on('end', () => {
    console.log(JSON.stringify({ service, ...proxy.counts }));
    process.exit();
  });
}

void main(process.argv.slice(2));
