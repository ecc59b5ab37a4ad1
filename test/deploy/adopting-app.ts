/** The app of a user who deploys again over the buckets and the key that a deleted stack has left. */
import { App, aws_kms as kms, aws_s3 as s3, aws_secretsmanager as secrets, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouse, LakehouseNetwork } from '../../src';

const app = new App();
const given = (name: string): string => app.node.getContext(name);

const stack = new Stack(app, 'ClickstreamProd');
new ClickstreamLakehouse(stack, 'Lakehouse', {
  encryptionKey: kms.Key.fromKeyArn(stack, 'Key', given('keyArn')),
  collector: { writeKeysSecret: secrets.Secret.fromSecretNameV2(stack, 'WriteKeys', given('writeKeysSecret')) },
  network: LakehouseNetwork.none(),
  storage: {
    rawBucket: s3.Bucket.fromBucketName(stack, 'Raw', given('rawBucket')),
    lakehouseBucket: s3.Bucket.fromBucketName(stack, 'LakehouseBucket', given('lakehouseBucket')),
  },
});
