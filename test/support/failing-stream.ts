import { CollectorHost, STREAM_NAME } from './collector-host';
import { KinesisFaultProxy } from './kinesis-fault-proxy';
import { temporaryFolder } from './temporary-folder';
import { LocalKinesis } from '../../examples/local/aws';

export interface FailingStream {
  readonly kinesis: LocalKinesis;
  readonly proxy: KinesisFaultProxy;
  readonly collector: CollectorHost;
}

/**
 * For the tests of a `describe`: the deployed bundle before an emulator whose faults a test chooses.
 * @returns a function to call inside a test
 */
export function failingStream(timeoutSeconds: number): () => FailingStream {
  const folder = temporaryFolder('kinesis-', async () => {
    await collector?.close();
    await proxy?.stop();
    await kinesis?.stop();
  });
  let kinesis: LocalKinesis;
  let proxy: KinesisFaultProxy;
  let collector: CollectorHost;

  beforeAll(async () => {
    kinesis = await LocalKinesis.start(folder, { name: STREAM_NAME, shards: 1 });
    proxy = await KinesisFaultProxy.start(kinesis.endpoint, () => 0.5);
    collector = new CollectorHost({ endpoint: proxy.endpoint, timeoutSeconds });
  }, 20_000);

  return () => ({ kinesis, proxy, collector });
}
