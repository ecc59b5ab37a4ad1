import {
  aws_certificatemanager as acm,
  aws_ec2 as ec2,
  aws_lambda as lambda,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
} from 'aws-cdk-lib';
import { CollectorEdge, CollectorWebAcl, LakehouseNetwork } from '../../src';
import { violations } from '../support/deletion-rules';
import { synthesize } from '../support/lakehouse';
import { synthesizeExample } from '../support/synth-example';
import { CloudFormationTemplate, TemplateGraph } from '../support/template-graph';
import { unheardAlarms } from '../support/unheard-alarms';

describe.each(['dev', 'prod', 'minimal'])('examples/%s', name => {
  const { template, templates, findings } = synthesizeExample(name);
  const graph = new TemplateGraph(template);

  test("satisfies CloudFormation's own rules", () => expect(findings).toEqual([]));

  test('can be created: nothing waits for itself', () => expect(graph.cyclic()).toEqual([]));

  test('is deleted in an order that leaves nothing behind', () => expect(violations(graph)).toEqual([]));

  test('has alarms whose topics they may publish to', () => expect(templates.flatMap(unheardAlarms)).toEqual([]));
});

test('a network without an ACL keeps the order of everything else', () => {
  const { graph } = synthesize({ network: LakehouseNetwork.isolated({ networkAcl: false }) });
  expect(violations(graph)).toEqual([
    'a run keeps its network ACL: the template has no such resources',
    'a run keeps the subnet under that ACL: the template has no such resources',
  ]);
});

test('a domain, a web ACL, a hook and a secret keep the order, and end before the runs do', () => {
  const { graph } = synthesize(stack => ({
    collector: {
      customDomain: {
        domainName: 'collect.shop.example',
        certificate: acm.Certificate.fromCertificateArn(
          stack,
          'Certificate',
          'arn:aws:acm:eu-west-1:123456789012:certificate/1',
        ),
      },
      webAcl: CollectorWebAcl.rateLimited(20_000),
      preprocess: lambda.Code.fromBucketV2(s3.Bucket.fromBucketName(stack, 'Code', 'code'), 'hook.zip'),
      writeKeysSecret: new secretsmanager.Secret(stack, 'Keys'),
    },
  }));
  expect(violations(graph)).toEqual([]);
  expect(graph.cyclic()).toEqual([]);
  const [drain] = graph.find('Custom::ClickstreamDrain');
  for (const id of graph.find(/BasePathMapping|WebACLAssociation/)) expect(graph.before(id)).toContain(drain);
});

test.each([CollectorEdge.HTTP_API, CollectorEdge.FUNCTION_URL])('with the edge %s the order is the same', edge => {
  const { graph } = synthesize(stack => ({
    collector: {
      edge,
      customDomain: edge === CollectorEdge.FUNCTION_URL ? undefined : {
        domainName: 'collect.shop.example',
        certificate: acm.Certificate.fromCertificateArn(
          stack, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/1',
        ),
      },
    },
  }));
  expect(violations(graph)).toEqual([]);
  expect(graph.cyclic()).toEqual([]);
  const [drain] = graph.find('Custom::ClickstreamDrain');
  for (const id of graph.find('AWS::ApiGatewayV2::ApiMapping')) expect(graph.before(id)).toContain(drain);
});

test('in a VPC of the same stack, the job goes before the VPC, its endpoints and routes', () => {
  const { graph } = synthesize(stack => {
    const vpc = new ec2.Vpc(stack, 'Own', { maxAzs: 2, natGateways: 1 });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    return { vpc };
  });
  const [job] = graph.find('AWS::Glue::Job');
  const [sweep] = graph.find('Custom::ClickstreamEniSweep');
  expect([...graph.before(job)]).toEqual(
    expect.arrayContaining(graph.find(/^AWS::EC2::(Route|NatGateway|VPCEndpoint|Subnet)$/, /^Own/)),
  );
  expect([...graph.before(sweep)]).toEqual(
    expect.arrayContaining(graph.find(/^AWS::EC2::(Route|Subnet)$/, /^OwnPrivateSubnet1/)),
  );
  expect(graph.cyclic()).toEqual([]);
});

test('with a security group of the same stack, the job and its interfaces go before the group and its rules', () => {
  const { graph } = synthesize(stack => {
    const vpc = new ec2.Vpc(stack, 'Own', { maxAzs: 2, natGateways: 1 });
    const securityGroup = new ec2.SecurityGroup(stack, 'OwnGroup', { vpc });
    securityGroup.addIngressRule(securityGroup, ec2.Port.allTcp());
    return { vpc, securityGroup };
  });
  const [job] = graph.find('AWS::Glue::Job');
  const [sweep] = graph.find('Custom::ClickstreamEniSweep');
  expect([...graph.before(job)]).toEqual(
    expect.arrayContaining(graph.find(/^AWS::EC2::SecurityGroup(Ingress)?$/, /^OwnGroup/)));
  expect([...graph.before(sweep)]).toEqual(expect.arrayContaining(graph.find('AWS::EC2::SecurityGroup', /^OwnGroup/)));
  expect(graph.cyclic()).toEqual([]);
});

describe('the check fails', () => {
  const { json } = synthesize();

  /** The template without what the resources matching `id` say they depend on, as far as it matches `dependency`. */
  function without(id: RegExp, dependency: RegExp): TemplateGraph {
    const copy: CloudFormationTemplate = structuredClone(json);
    for (const [name, resource] of Object.entries(copy.Resources)) {
      if (id.test(name)) {
        Object.assign(resource, {
          DependsOn: [resource.DependsOn ?? []].flat().filter(other => !dependency.test(other)),
        });
      }
    }
    return new TemplateGraph(copy);
  }

  test.each([
    [
      'the connection does not wait for EniSweep',
      /^LakehouseJobConnection/,
      /EniSweep/,
      'the connection goes before its interfaces are waited for',
    ],
    [
      'EniSweep does not wait for the route table',
      /^LakehouseTeardownEniSweep[0-9A-F]{8}$/,
      /RouteTableAssociation/,
      'interfaces go before the routes',
    ],
    [
      "EniSweep does not wait for the role's rights",
      /^LakehouseTeardownEniSweep[0-9A-F]{8}$/,
      /JobRoleDefaultPolicy/,
      "interfaces go before that role's rights",
    ],
    [
      "the job does not wait for a bucket's policy",
      /^LakehouseJob[0-9A-F]{8}$/,
      /BucketPolicy/,
      'a run keeps its buckets',
    ],
    [
      'the job does not wait for Emptying',
      /^LakehouseJob[0-9A-F]{8}$/,
      /^LakehouseEmptying/,
      'buckets are emptied when nothing writes to them',
    ],
    [
      "Emptying does not wait for a bucket's policy",
      /^LakehouseEmptying[0-9A-F]{8}$/,
      /BucketPolicy/,
      'buckets go when they are empty',
    ],
    ['the job does not wait for its rules', /^LakehouseJob[0-9A-F]{8}$/, /SecurityGroupto/, 'a run keeps its way out'],
    [
      'the job does not wait for an endpoint',
      /^LakehouseJob[0-9A-F]{8}$/,
      /NetworkVpcKinesis/,
      'a run keeps its endpoints',
    ],
    ['the job does not wait for a table', /^LakehouseJob[0-9A-F]{8}$/, /EventsTable/, 'a run keeps its tables'],
    ['the job does not wait for the ACL', /^LakehouseJob[0-9A-F]{8}$/, /HttpsOut/, 'a run keeps its network ACL'],
    [
      "the keeper's rules do not wait for Drain",
      /KeeperCheck[0-9A-F]{8}$/,
      /Drain/,
      'no run is started while the runs end',
    ],
    ['the stage does not wait for Drain', /DeploymentStage/, /Drain/, 'no request arrives while the runs end'],
    [
      'the workgroup does not wait for the emptying of its results',
      /QueryWorkGroup/,
      /^LakehouseEmptying/,
      'results are emptied when nobody can query',
    ],
  ])('when %s', (_, id, dependency, rule) => {
    const found = violations(without(id, dependency));
    expect(found.filter(violation => !violation.startsWith(`${rule}: Lakehouse`))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });

  test('when a rule no longer finds what it speaks of', () => {
    const copy = structuredClone(json);
    for (const [name, resource] of Object.entries(copy.Resources)) {
      if (resource.Type === 'AWS::Glue::Database') delete copy.Resources[name];
    }
    expect(violations(new TemplateGraph(copy))).toContain(
      'a run keeps its database: the template has no such resources',
    );
  });
});
