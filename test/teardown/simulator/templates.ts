import { aws_ec2 as ec2, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Variant } from './scenario';
import { ClickstreamLakehouseProps, CollectorEdge, LakehouseNetwork, ProcessingSchedule } from '../../../src';
import { synthesize } from '../../support/lakehouse';
import { TemplateGraph } from '../../support/template-graph';

const EVERY_HOUR = { processing: { schedule: ProcessingSchedule.every(Duration.hours(1)) } };
const DELETED = { removalPolicy: RemovalPolicy.DESTROY };

const PROPS: Record<Variant, ClickstreamLakehouseProps | Parameters<typeof synthesize>[0]> = {
  'kept': {},
  'deleted': DELETED,
  'own vpc': stack => ({ vpc: new ec2.Vpc(stack, 'Own', { maxAzs: 2, natGateways: 1 }) }),
  'imported vpc': stack => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Imported', {
      vpcId: 'vpc',
      availabilityZones: ['eu-west-1a'],
      privateSubnetIds: ['subnet'],
      privateSubnetRouteTableIds: ['rtb'],
    }),
  }),
  'no network': { network: LakehouseNetwork.none() },
  'http api': { collector: { edge: CollectorEdge.HTTP_API } },
  'function url': { collector: { edge: CollectorEdge.FUNCTION_URL } },
  'scheduled': EVERY_HOUR,
  'scheduled, deleted': { ...EVERY_HOUR, ...DELETED },
};

const graphs = new Map<Variant, TemplateGraph>();

/** The synthesized template of a variant, made once. */
export function graphOf(variant: Variant): TemplateGraph {
  let graph = graphs.get(variant);
  if (!graph) graphs.set(variant, graph = synthesize(PROPS[variant]).graph);
  return graph;
}
