import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse } from 'cdk-clickstream-lakehouse';

const app = new App();
const stack = new Stack(app, 'ClickstreamDev');
new ClickstreamLakehouse(stack, 'Lakehouse', { removalPolicy: RemovalPolicy.DESTROY });
