/** The collector function of a deployment, with the rights of its role. */
import { VISITOR } from './enrichment';
import { Version } from './version';
import { LambdaHost } from '../../examples/local/aws';
import { proxyEvent } from '../collector/function/builders';

export class Collector {
  private readonly host: LambdaHost;

  constructor(endpoint: string, { stack, roles }: Version) {
    this.host = new LambdaHost(stack.edge.integration, {
      platformEnvironment: {
        AWS_ACCESS_KEY_ID: roles.collector, AWS_ENDPOINT_URL_KINESIS: endpoint, NODE_NO_WARNINGS: '1',
      },
      maxInstances: 1,
      onLogLine: () => undefined,
    });
  }

  /** The events are stored when this resolves. */
  async send(events: readonly object[]): Promise<void> {
    const body = { batch: events };
    const answer = await this.host.invoke(proxyEvent({ path: '/v1/batch', body, sourceIp: VISITOR.ip }), 'request') as {
      readonly statusCode: number; readonly body: string;
    };
    if (answer.statusCode !== 200) throw new Error(`the collector answered ${answer.statusCode}: ${answer.body}`);
  }

  close(): Promise<void> {
    return this.host.close();
  }
}
