import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, DemoWebsite, ProcessingSchedule } from 'cdk-clickstream-lakehouse';

const app = new App();
const stack = new Stack(app, 'ClickstreamDev', { description: 'Clickstream lakehouse for development' });

export const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
  removalPolicy: RemovalPolicy.DESTROY,
  collector: { writeKeys: { demo: { keys: ['demo'], appId: 'demo-shop' } } },
  processing: { schedule: ProcessingSchedule.every(Duration.minutes(15)) },
});

// A stack of its own: in an account that CloudFront does not serve yet, only the website fails.
const websiteStack = new Stack(app, 'ClickstreamDevWebsite', { description: 'Demo shop of the clickstream lakehouse' });
const website = new DemoWebsite(websiteStack, 'Website', { collectorUrl: lakehouse.endpointUrl, writeKey: 'demo' });
new CfnOutput(websiteStack, 'WebsiteUrl', { value: website.url, description: 'A shop to click in' });
