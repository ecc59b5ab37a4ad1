import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, LakehouseNetwork, ProcessingSchedule } from 'cdk-clickstream-lakehouse';

const app = new App();
const stack = new Stack(app, 'ClickstreamMinimal', { description: 'The smallest clickstream lakehouse' });

export const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
  network: LakehouseNetwork.none(),
  removalPolicy: RemovalPolicy.DESTROY,
  collector: { writeKeys: { web: { keys: ['a1b2c3'] } } },
  processing: { schedule: ProcessingSchedule.every(Duration.hours(6)) },
});
