import { App, Aspects, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, CollectorWebAcl } from 'cdk-clickstream-lakehouse';
import { Platform } from './platform';
import { RoleNames } from './role-names';

const app = new App();
const platform = new Platform(app, 'Platform');
const stack = new Stack(app, 'ClickstreamExisting', { description: 'Clickstream lakehouse in existing resources' });

export const lakehouse = new ClickstreamLakehouse(stack, 'Lakehouse', {
  vpc: platform.vpc,
  vpcSubnets: { subnets: [platform.vpc.isolatedSubnets[1]] },
  securityGroup: platform.securityGroup,
  encryptionKey: platform.encryptionKey,
  logGroup: platform.logGroup,
  collector: {
    writeKeys: { web: { keys: ['a1b2c3'] } },
    customDomain: {
      domainName: 'collect.shop.example', certificate: platform.certificate, hostedZone: platform.hostedZone,
    },
    webAcl: CollectorWebAcl.fromWebAclArn(platform.webAclArn),
  },
  stream: { kinesisStream: platform.kinesisStream },
  storage: {
    rawBucket: platform.rawBucket,
    lakehouseBucket: platform.lakehouseBucket,
    database: platform.database,
    lakeFormation: true,
  },
});
lakehouse.grantQuery(iam.Role.fromRoleName(stack, 'Analysts', 'analysts'));

iam.PermissionsBoundary.of(stack).apply(platform.permissionsBoundary);
Aspects.of(stack).add(new RoleNames('acme-'));
