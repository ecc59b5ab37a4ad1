/** The whole pipeline on one machine: edge and collector, Kinesis emulator, Spark job, lake. */
import { createWriteStream, WriteStream } from 'fs';
import { join } from 'path';
import { CustomDomain, Edge } from './edge';
import { LocalKinesis } from './kinesis';
import { LambdaHost } from './lambda-host';
import { LocalStack } from './local-stack';
import { CollectorMetrics, JobMetrics } from './metrics';
import { SparkJob } from './spark-job';
import { Lake } from '../lake';
import { Toolchain } from '../setup/toolchain';
import { RunFolder } from '../support/run-folder';

export interface LocalLakehouseOptions {
  readonly stack: LocalStack;
  readonly toolchain: Toolchain;
  readonly folder: RunFolder;
  readonly collectorPort: number;
  /** absent: the collector's URL is the API's own */
  readonly customDomain?: CustomDomain;
}

export class LocalLakehouse {
  static async start(options: LocalLakehouseOptions): Promise<LocalLakehouse> {
    const { stack, folder, toolchain, collectorPort } = options;
    const kinesis = await LocalKinesis.start(folder.kinesis, stack.stream);
    const lakehouse = new LocalLakehouse(options, kinesis, new Lake(toolchain, folder.lake));
    try {
      lakehouse.url = await lakehouse.edge.listen(collectorPort);
    } catch (error) {
      await lakehouse.stop();
      throw error;
    }
    return lakehouse;
  }

  readonly collectorMetrics = new CollectorMetrics();
  readonly jobMetrics = new JobMetrics();
  readonly job: SparkJob;
  private url = '';
  private readonly lambda: LambdaHost;
  private readonly edge: Edge;
  private readonly log: WriteStream;

  private constructor(options: LocalLakehouseOptions, readonly kinesis: LocalKinesis, readonly lake: Lake) {
    const { stack, toolchain, folder, customDomain } = options;
    this.log = createWriteStream(join(folder.logs, 'collector.log'), { flags: 'a' });
    this.lambda = new LambdaHost(stack.edge.integration, {
      platformEnvironment: { AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint },
      onLogLine: line => {
        this.log.write(`${line}\n`);
        this.collectorMetrics.read(line);
      },
    });
    this.edge = new Edge(stack.edge, this.lambda, customDomain);
    this.job = new SparkJob({ job: stack.job, toolchain, folder, kinesisEndpoint: kinesis.endpoint });
    this.job.on('message', message => this.jobMetrics.read(message));
  }

  /** The URL clients are given: the API's stage or the domain's base path, with a slash at its end. */
  get collectorUrl(): string {
    return this.url;
  }

  async stop(): Promise<void> {
    await this.edge.close();
    await this.lambda.close();
    await Promise.all([this.job.stop(), this.lake.stop()]);
    await this.kinesis.stop();
    this.log.end();
  }
}
