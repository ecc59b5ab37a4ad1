import { Construct } from 'constructs';
import { ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
import { Compliance } from './compliance';
import { IJobNetwork, JobNetwork } from './network/job-network';
import { LakehouseNetwork } from './network/lakehouse-network';
import { InvalidPropertyError } from './private/validate';

/** @returns undefined for a job outside any VPC */
export function createNetwork(scope: Construct, props: ClickstreamLakehouseProps): IJobNetwork | undefined {
  const { vpc, vpcSubnets, securityGroup, network, processing, compliance, encryptionKey } = props;
  const { logRetention, logGroup } = props;
  const readsSecret = processing?.pseudonymKeySecret !== undefined;
  if (vpc && network) {
    throw new InvalidPropertyError(
      'vpc cannot be combined with network: set vpc to use an existing VPC, network to create one');
  }
  if (vpcSubnets && !vpc) {
    throw new InvalidPropertyError('vpcSubnets selects subnets of vpc, which is not set: set it, or leave them out');
  }
  if (securityGroup && !vpc) {
    throw new InvalidPropertyError('securityGroup is a group of vpc, which is not set: set it, or leave it out');
  }
  if (vpc) return new JobNetwork(scope, 'Network', { vpc, vpcSubnets, securityGroup, readsSecret });
  const isolated = (network ?? LakehouseNetwork.isolated())._isolated;
  return isolated && new JobNetwork(scope, 'Network', {
    ...isolated, readsSecret, encryptionKey, logRetention, logGroup, flowLog: compliance === Compliance.STRICT,
  });
}
