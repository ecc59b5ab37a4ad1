import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, LakehouseNetwork } from 'cdk-clickstream-lakehouse';

const app = new App();
const stack = new Stack(app, 'ClickstreamMinimal');
new ClickstreamLakehouse(stack, 'Lakehouse', { network: LakehouseNetwork.none(), removalPolicy: RemovalPolicy.DESTROY });
