import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { LambdaHost } from '../../examples/local/aws';
import { CollectorEnvironment } from '../../src/collector/function/environment';

export const STREAM_NAME = 'clicks';
const FOLDER = join(__dirname, '../../assets/collector/function/collector.lambda');

/** The deployed bundle. */
export const COLLECTOR_BUNDLE = join(FOLDER, 'index.js');

export interface CollectorHostOptions {
  /** of Kinesis */
  readonly endpoint: string;
  readonly timeoutSeconds?: number;
  readonly instances?: number;
  readonly environment?: Partial<CollectorEnvironment>;
}

/** The collector's bundle in processes of its own, as on Lambda. */
export class CollectorHost {
  /** all that the function wrote */
  readonly log: string[] = [];
  private readonly host: LambdaHost;

  constructor({ endpoint, timeoutSeconds = 10, instances = 1, environment = {} }: CollectorHostOptions) {
    if (!existsSync(COLLECTOR_BUNDLE)) throw new Error(`${COLLECTOR_BUNDLE} is missing: run "npx projen bundle"`);
    const lambda = {
      name: 'Collector',
      handler: 'index.handler',
      assetPath: FOLDER,
      timeoutSeconds,
      memoryMegabytes: 256,
      environment: { STREAM_NAME, ...environment },
    };
    this.host = new LambdaHost(lambda, {
      platformEnvironment: { AWS_ENDPOINT_URL_KINESIS: endpoint, NODE_NO_WARNINGS: '1' },
      maxInstances: instances,
      onLogLine: line => this.log.push(line),
    });
  }

  async invoke(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
    return await this.host.invoke(event, event.requestContext.requestId) as APIGatewayProxyResult;
  }

  /** The most memory that any instance had resident since its start, in MiB, as Linux counts it. */
  peakMemoryMib(): number {
    const statuses = this.host.processIds.map(id => readFileSync(`/proc/${id}/status`, 'utf8'));
    return Math.max(...statuses.map(status => Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024));
  }

  close(): Promise<void> {
    return this.host.close();
  }
}
