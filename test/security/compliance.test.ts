import { aws_kms as kms, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, CollectorWebAcl, Compliance, LakehouseNetwork } from '../../src';
import { only, synthesize } from '../support/lakehouse';

const strict = (more: ClickstreamLakehouseProps = {}) => (stack: Stack): ClickstreamLakehouseProps => ({
  compliance: Compliance.STRICT,
  encryptionKey: new kms.Key(stack, 'Key'),
  ...more,
  collector: { webAcl: CollectorWebAcl.rateLimited(20_000), ...more.collector },
});

test('STRICT says which options it needs', () => {
  expect(() => synthesize({ compliance: Compliance.STRICT })).toThrow(
    'compliance STRICT needs encryptionKey and collector.webAcl, got none: set them, or choose STANDARD');
  expect(() => synthesize(strict({ encryptionKey: undefined }))).toThrow(
    'compliance STRICT needs encryptionKey, got none: set it, or choose STANDARD');
});

test('STRICT does not let the access logs be switched off', () => {
  const off = { collector: { accessLogs: false }, storage: { accessLogs: false } };
  expect(() => synthesize(strict(off))).toThrow('compliance STRICT cannot be combined with collector.accessLogs and '
    + 'storage.accessLogs false: leave them out, or choose STANDARD');
});

describe('the flow log of STRICT', () => {
  const synthesized = synthesize(strict());

  test('logs every connection of the VPC to a log group with the key and the retention of the others', () => {
    expect(only(synthesized, 'AWS::EC2::FlowLog')).toMatchObject({
      ResourceId: { Ref: expect.stringMatching(/^LakehouseNetworkVpc/) },
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogGroupName: { Ref: expect.stringMatching(/^LakehouseNetworkFlowLog/) },
    });
    expect(only(synthesized, 'AWS::Logs::LogGroup', /FlowLog/)).toEqual({
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] }, RetentionInDays: 30,
    });
  });

  test.each<[string, ClickstreamLakehouseProps]>([
    ['with STANDARD', { compliance: Compliance.STANDARD }],
    ['outside any VPC', { network: LakehouseNetwork.none() }],
  ])('is not there %s', (_, props) => {
    synthesize(strict(props)).template.resourceCountIs('AWS::EC2::FlowLog', 0);
  });
});
