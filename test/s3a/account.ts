/** What plays AWS for the deployments of the story: buckets and streams, behind the IAM gate. */
import { execFileSync } from 'child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'fs';
import { join } from 'path';
import { ENRICHMENT_KEYS, provideEnrichment } from './enrichment';
import { MiniStack } from './ministack';
import { bucketOf, Version } from './version';
import { listed, LocalKinesis } from '../../examples/local/aws';
import { IamGate, keysOf, rolePolicies, RolePolicies } from '../support/iam-gate';
import { toolchain } from '../support/set-up';

export class Account {
  /** @param versions whose resources exist then, and whose roles may ask for them */
  static async start(folder: string, versions: readonly Version[]): Promise<Account> {
    const folders = ['ministack', 'kinesis'].map(name => join(folder, name));
    folders.forEach(path => mkdirSync(path, { recursive: true }));
    const [{ stream: first }, ...others] = versions.map(({ stack }) => stack);
    const ministack = await MiniStack.start(folders[0], ['s3', 'monitoring', 'secretsmanager']);
    const kinesis = await LocalKinesis.start(folders[1], { name: first.name, shards: 1 });
    for (const { stream } of others) await kinesis.create({ name: stream.name, shards: 1 });
    const gate = await IamGate.start({
      services: {
        s3: ministack.endpoint,
        monitoring: ministack.endpoint,
        secretsmanager: ministack.endpoint,
        kinesis: kinesis.endpoint,
      },
      policies: async role => account.policies[role],
      keys: Object.assign({}, ENRICHMENT_KEYS, ...versions.map(({ template }) => keysOf(template))),
    });
    const policies = Object.assign({}, ...versions.map(({ template }) => rolePolicies(template))) as RolePolicies;
    const account = new Account(gate, ministack, kinesis, policies);
    for (const bucket of new Set(versions.flatMap(bucketsOf))) await ministack.createBucket(bucket);
    for (const version of versions) await account.uploadAssets(folder, version);
    await provideEnrichment(ministack);
    return account;
  }

  private constructor(
    readonly gate: IamGate, readonly ministack: MiniStack, private readonly kinesis: LocalKinesis,
    /** May be exchanged between runs, as a deployment would. */
    public policies: RolePolicies,
  ) {}

  async stop(): Promise<void> {
    await this.gate.stop();
    await Promise.all([this.ministack.stop(), this.kinesis.stop()]);
  }

  private async uploadAssets(folder: string, { stack: { job } }: Version) {
    const upload = (uri: string, body: Buffer) => {
      const [bucket, ...key] = uri.replace('s3://', '').split('/');
      return this.ministack.putObject(bucket, key.join('/'), body);
    };
    await upload(job.scriptUri, readFileSync(job.scriptPath));
    for (const [uri, path] of Object.entries(job.assets)) {
      await upload(uri, statSync(path).isDirectory() ? zipped(path, join(folder, 'package.zip')) : readFileSync(path));
    }
  }
}

function bucketsOf({ stack: { job } }: Version): string[] {
  const uris = Object.values(job.arguments).flatMap(listed).filter(item => item.startsWith('s3://'));
  return [...uris, job.scriptUri].map(bucketOf);
}

/** The zip that the deployment makes of a staged folder. */
function zipped(folder: string, target: string): Buffer {
  execFileSync(toolchain().python, ['-m', 'zipfile', '-c', target, ...readdirSync(folder)], { cwd: folder });
  return readFileSync(target);
}
