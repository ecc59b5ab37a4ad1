/** The templates of the tests, and what plays AWS for them. */
import { mkdirSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { MiniStack } from './ministack';
import { LambdaHost, LocalKinesis, readStack } from '../../examples/local/aws';
import { ClickstreamLakehouse, LakehouseNetwork, ProcessingSchedule } from '../../src';
import { proxyEvent } from '../collector/function/builders';
import { IamGate, PolicyTemplate, rolePolicies, RolePolicies } from '../support/iam-gate';

export type LocalStack = ReturnType<typeof readStack>;

/** One version of the deployment: the synthesized stack and its template. */
export interface Version {
  readonly stack: LocalStack;
  readonly template: PolicyTemplate;
}

/** Names of roles in the template, which are the access key ids of who plays them. */
export const JOB_ROLE = 'JobRole';
const COLLECTOR_ROLE = 'CollectorFunctionRole';

/** @param schedule as a user would give it. The resources' names are the same for every schedule */
export function synthesizeVersion(outdir: string, schedule: ProcessingSchedule): Version {
  process.env.CDK_VALIDATION = 'false'; // as in test/support/stack.ts
  const app = new App({ outdir });
  new ClickstreamLakehouse(new Stack(app, 'Test'), 'Lakehouse', {
    network: LakehouseNetwork.none(),
    removalPolicy: RemovalPolicy.DESTROY,
    processing: { schedule, triggerInterval: Duration.seconds(1) },
  });
  app.synth();
  const file = readdirSync(outdir).find(name => name.endsWith('.template.json')) ?? '';
  return { stack: readStack(outdir), template: JSON.parse(readFileSync(join(outdir, file), 'utf8')) };
}

/** Buckets, stream and collector of a version, behind the IAM gate. */
export class Deployment {
  static async start(folder: string, { stack, template }: Version): Promise<Deployment> {
    const folders = ['ministack', 'kinesis'].map(name => join(folder, name));
    folders.forEach(path => mkdirSync(path, { recursive: true }));
    const ministack = await MiniStack.start(folders[0], ['s3', 'monitoring']);
    const kinesis = await LocalKinesis.start(folders[1], { name: stack.stream.name, shards: 1 });
    const services = { s3: ministack.endpoint, monitoring: ministack.endpoint, kinesis: kinesis.endpoint };
    const gate = await IamGate.start({ services, policies: async role => deployment.policies[role] });
    const deployment = new Deployment(gate, ministack, kinesis, stack, rolePolicies(template));
    for (const bucket of bucketsOf(stack)) await ministack.createBucket(bucket);
    return deployment;
  }

  private readonly collector: LambdaHost;

  private constructor(
    readonly gate: IamGate, readonly ministack: MiniStack, private readonly kinesis: LocalKinesis, stack: LocalStack,
    /** May be exchanged between runs, as a deployment would. */
    public policies: RolePolicies,
  ) {
    this.collector = new LambdaHost(stack.api.integration, {
      platformEnvironment: {
        AWS_ACCESS_KEY_ID: COLLECTOR_ROLE, AWS_ENDPOINT_URL_KINESIS: gate.endpoint, NODE_NO_WARNINGS: '1',
      },
      maxInstances: 1,
      onLogLine: () => undefined,
    });
  }

  /** Sends the events through the collector. They are stored when this resolves. */
  async send(events: readonly object[]): Promise<void> {
    const body = { batch: events };
    const answer = await this.collector.invoke(proxyEvent({ path: '/v1/batch', body }), 'request') as {
      readonly statusCode: number; readonly body: string;
    };
    if (answer.statusCode !== 200) throw new Error(`the collector answered ${answer.statusCode}: ${answer.body}`);
  }

  async stop(): Promise<void> {
    await this.collector.close();
    await this.gate.stop();
    await Promise.all([this.ministack.stop(), this.kinesis.stop()]);
  }
}

function bucketsOf({ job }: LocalStack): string[] {
  const uris = Object.values(job.arguments).filter(value => value.startsWith('s3://'));
  return [...new Set([...uris, job.scriptUri].map(uri => uri.split('/')[2]))];
}
