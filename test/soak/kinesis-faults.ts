/** `kinesis-faults.ts <emulator's URL> <seed>`: a Kinesis that fails while it is read. Ends with its standard input. */
import { Faults, KinesisFaultProxy } from '../support/kinesis-fault-proxy';
import { seededRandom } from '../support/seeded-random';

const FAULTS: Faults = {
  serverErrors: 0.03,
  throttledReads: 0.05,
  expiredIterators: 0.05,
  delays: { share: 0.05, milliseconds: 300 },
};

async function main([target, seed]: string[]) {
  const proxy = await KinesisFaultProxy.start(target, seededRandom(Number(seed)), FAULTS);
  console.log(JSON.stringify({ url: proxy.endpoint }));
  process.stdin.resume().on('end', () => {
    console.log(JSON.stringify(proxy.counts));
    process.exit();
  });
}

void main(process.argv.slice(2));
