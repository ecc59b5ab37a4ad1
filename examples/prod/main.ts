import { App, aws_kms as kms, aws_logs as logs, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, CollectorWebAcl, ProcessingSchedule, StreamCapacity } from 'cdk-clickstream-lakehouse';

const app = new App();
const stack = new Stack(app, 'ClickstreamProd', {
  description: 'Clickstream lakehouse for production', terminationProtection: true,
});

const encryptionKey = new kms.Key(stack, 'Key', { description: 'Clickstream data', enableKeyRotation: true });
const onCall = new sns.Topic(stack, 'OnCall', { displayName: 'Clickstream alarms', enforceSSL: true });

export const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
  encryptionKey,
  logRetention: logs.RetentionDays.THREE_MONTHS,
  collector: {
    allowedOrigins: ['https://shop.example', 'https://www.shop.example'],
    // The web has two keys while one replaces the other. Pages show them, so they are not secrets.
    writeKeys: {
      web: { keys: ['2aXbTq8YwLm4', 'h7RzkP0sVd9C'], appId: 'shop' },
      server: { keys: ['9nQe5LfJxW3u'], appId: 'shop' },
    },
    throttle: { rateLimit: 2000, burstLimit: 4000 },
    // Per address, so visitors behind one gateway share the limit, and so do your servers.
    webAcl: CollectorWebAcl.rateLimited(20_000),
  },
  stream: { capacity: StreamCapacity.forThroughput(1000, 1200), retention: Duration.days(3) },
  processing: { schedule: ProcessingSchedule.continuous(), workers: 3 },
  monitoring: { alarmTopics: [onCall] },
});
