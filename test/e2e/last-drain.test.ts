/**
 * A destroy under RETAIN with the bundles of collector and teardown, CDK's provider framework, the Kinesis emulator and
 * real Spark. test/teardown holds the order in which CloudFormation deletes the resources around it.
 */
import { execFileSync } from 'child_process';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { DrainResource } from './drain-resource';
import { LocalGlue } from './local-glue';
import { Edge, LambdaHost, LocalKinesis, readStack, Template, zipPackages } from '../../examples/local/aws';
import { Lake } from '../../examples/local/lake';
import { RunFolder, until } from '../../examples/local/support';
import { ClickstreamLakehouse, LakehouseNetwork, StreamCapacity } from '../../src';
import { STACK_TAG } from '../../src/contract/tags';
import { FastClock } from '../support/fast-clock';
import { toolchain } from '../support/set-up';
import { temporaryFolder } from '../support/temporary-folder';

/** The drain waits twice for a minute without runs. Its longest time limit must still leave Spark minutes. */
const CLOCK_RATE = 6;
const TIMEOUT = Duration.minutes(50);
/** Two cores that also do something else. */
const RUN_MS = 180_000;
const TEST_MS = 480_000;
const EVENTS = 40;

const folder = new RunFolder(temporaryFolder('last-drain-'));

/** Spark's batches start at multiples of the interval since 1970. The next one of this interval is minutes away. */
function quietInterval(): Duration {
  const now = Date.now() / 1000;
  const lengths = Array.from({ length: 600 }, (_, shorter) => 900 - shorter);
  return Duration.seconds(lengths.find(length => length - now % length > 600) as number);
}

function synthesizeKept(): void {
  process.env.CDK_VALIDATION = 'false'; // as in test/support/stack.ts
  const app = new App({ outdir: folder.assembly });
  new ClickstreamLakehouse(new Stack(app, 'Kept'), 'Lakehouse', {
    network: LakehouseNetwork.none(),
    removalPolicy: RemovalPolicy.RETAIN,
    stream: { capacity: StreamCapacity.provisioned(1) },
    processing: { triggerInterval: quietInterval() },
    teardown: { timeout: TIMEOUT },
  });
  app.synth();
}

/** @returns the ids of the events, which are all acknowledged */
async function post(url: string, name: string): Promise<string[]> {
  const ids = Array.from({ length: EVENTS }, (_, index) => `${name}-${String(index).padStart(2, '0')}`);
  const batch = ids.map(messageId => ({ type: 'track', event: name, userId: 'u', messageId }));
  const { status } = await fetch(`${url}v1/batch`, { method: 'POST', body: JSON.stringify({ batch }) });
  expect(status).toBe(200);
  return ids;
}

/** Everything that a destroy meets. */
async function deploy() {
  folder.prepare(false);
  synthesizeKept();
  const { edge: api, stream, job } = readStack(folder.assembly);
  const clock = new FastClock(CLOCK_RATE);
  const kinesis = await LocalKinesis.start(folder.kinesis, stream);
  const collector = new LambdaHost(api.integration, {
    platformEnvironment: { AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint }, onLogLine: () => undefined,
  });
  const edge = new Edge(api, collector);
  const runOptions = { job, toolchain: toolchain(), folder, kinesisEndpoint: kinesis.endpoint };
  await zipPackages(runOptions);
  const template = Template.read(folder.assembly);
  const glue = await LocalGlue.start({
    ...runOptions,
    clock,
    tags: { [STACK_TAG]: String(template.resolve({ Ref: 'AWS::StackId' })) },
    incomingRecords: async () => (await kinesis.lines()).length,
  });
  const drain = new DrainResource(template, clock, glue.endpoint);
  const lake = new Lake(runOptions.toolchain, folder.lake);
  const stop = async () => {
    await Promise.all([edge.close(), collector.close(), drain.close(), glue.stop(), lake.stop()]);
    await kinesis.stop();
  };
  return { edge, glue, drain, lake, stop };
}

/** Command lines of Spark's processes, which name the tables. */
function sparkProcesses(): string[] {
  return execFileSync('ps', ['-axo', 'args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n')
    .filter(line => line.includes(folder.table('raw')));
}

test('events acknowledged directly before a destroy under RETAIN are rows afterwards, each once', async () => {
  jest.spyOn(console, 'log').mockImplementation(); // CDK's framework writes a lot
  const { edge, glue, drain, lake, stop } = await deploy();
  const ids = async () =>
    (await lake.query<{ event_id: string }>('select event_id from events order by 1')).map(row => row.event_id);
  try {
    const url = await edge.listen(0);
    const early = await post(url, 'early');
    glue.startRun();
    await until(RUN_MS, 'the run to read the stream', async () =>
      (await lake.queryIfReady<{ n: number }>('select count(*) as n from raw'))[0]?.n > 0);
    const late = await post(url, 'late');
    await edge.close(); // CloudFormation deletes the stage before the drain
    expect(await ids()).toEqual(expect.not.arrayContaining(late));
    expect(sparkProcesses()).not.toEqual([]);

    const response = await drain.delete();

    expect([response.Status, response.Reason]).toEqual(['SUCCESS', 'SUCCESS']);
    expect(drain.violations).toEqual([]);
    expect(await ids()).toEqual([...early, ...late]);
    expect(glue.runs.map(run => [run.state, run.arguments])).toEqual([
      ['SUCCEEDED', { '--mode': 'drain', '--read_until': expect.stringMatching(/^\d+/) }], ['STOPPED', {}],
    ]);
    expect(sparkProcesses()).toEqual([]);
  } finally {
    await stop();
  }
}, TEST_MS);
