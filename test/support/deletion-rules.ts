import { TemplateGraph } from './template-graph';

type Finder = (graph: TemplateGraph) => string[];

/** `later` is created after `earlier`, hence deleted before it. */
export interface DeletionRule {
  readonly name: string;
  readonly later: Finder;
  readonly earlier: Finder;
  /** The rule holds only where the job runs in a VPC that the construct made. */
  readonly network?: boolean;
}

const find = (type: string | RegExp, id?: RegExp) => (graph: TemplateGraph) => graph.find(type, id);
const any = /./;

const drain = find('Custom::ClickstreamDrain');
const sweep = find('Custom::ClickstreamEniSweep');
const stage = find('AWS::ApiGateway::Stage');
const job = find('AWS::Glue::Job');
const connection = find('AWS::Glue::Connection');
const workers = find('AWS::EC2::SecurityGroup', /NetworkSecurityGroup/);
const buckets = /^AWS::S3::Bucket(Policy)?$|^Custom::S3AutoDeleteObjects$/;

/** The parts of one teardown resource, without itself. */
const partsOf = (name: string) => (graph: TemplateGraph) =>
  graph.find(any, new RegExp(`Teardown${name}`))
    .filter(id => !graph.template.Resources[id].Type.startsWith('Custom::'));

const always = (name: string, later: Finder, earlier: Finder): DeletionRule => ({ name, later, earlier });
const inNetwork = (name: string, later: Finder, earlier: Finder): DeletionRule =>
  ({ name, later, earlier, network: true });

/** Without one of these the deletion of a stack fails, hangs, or loses what a run is writing. */
export const DELETION_RULES: readonly DeletionRule[] = [
  always('no request arrives while the runs end', stage, drain),
  always('no run is started while the runs end', find('AWS::Events::Rule', /Keeper/), drain),
  always('the runs end before the job goes', drain, job),
  inNetwork('the job goes before the connection', job, connection),
  inNetwork('the job goes before the policy for its connection', job, find('AWS::IAM::Policy', /ConnectionPolicy/)),
  inNetwork('the connection goes before its interfaces are waited for', connection, sweep),
  inNetwork('interfaces go before the subnet', sweep, find('AWS::EC2::Subnet')),
  inNetwork('interfaces go before the route table', sweep, find('AWS::EC2::RouteTable')),
  inNetwork('interfaces go before the routes', sweep, find('AWS::EC2::SubnetRouteTableAssociation')),
  inNetwork('interfaces go before their security group', sweep, workers),
  inNetwork('interfaces go before the role that removes them', sweep, find('AWS::IAM::Role', /JobRole/)),
  inNetwork("interfaces go before that role's rights", sweep, find('AWS::IAM::Policy', /JobRole/)),
  inNetwork('security groups go before the VPC', find('AWS::EC2::SecurityGroup'), find('AWS::EC2::VPC')),
  inNetwork('a run keeps its endpoints', job, find('AWS::EC2::VPCEndpoint')),
  inNetwork('a run keeps its way in', job, find('AWS::EC2::SecurityGroupIngress')),
  inNetwork('a run keeps its way out', job, find('AWS::EC2::SecurityGroupEgress')),
  inNetwork('a run keeps the endpoints\' security group', job, find('AWS::EC2::SecurityGroup')),
  inNetwork('a run keeps its network ACL', job, find('AWS::EC2::NetworkAclEntry')),
  inNetwork('a run keeps the subnet under that ACL', job, find('AWS::EC2::SubnetNetworkAclAssociation')),
  always('a run keeps its stream', job, find('AWS::Kinesis::Stream')),
  always('a run keeps its buckets, and they are emptied after it', job, find(buckets, /Storage/)),
  always('a run keeps its database', job, find('AWS::Glue::Database')),
  always('a run keeps its tables', job, find('AWS::Glue::Table')),
  always('a run keeps its log groups', job, find('AWS::Logs::LogGroup', /Job(Output|Error)Log/)),
  always('a run keeps its role', job, find('AWS::IAM::Role', /JobRole/)),
  always('a run keeps its rights', job, find('AWS::IAM::Policy', /JobRole/)),
  always('the workgroup goes before its results', find('AWS::Athena::WorkGroup'), find(buckets, /ResultsBucket/)),
  always('saved queries go before the workgroup', find('AWS::Athena::NamedQuery'), find('AWS::Athena::WorkGroup')),
  always('Drain keeps functions, roles, state machine and logs', drain, partsOf('Drain')),
  inNetwork('EniSweep keeps functions, roles, state machine and logs', sweep, partsOf('EniSweep')),
  always('the stage goes before the function', stage, find('AWS::Lambda::Function', /CollectorFunction/)),
  always("the stage goes before the function's rights", stage, find('AWS::IAM::Policy', /CollectorFunction/)),
  always('the stage goes before the stream', stage, find('AWS::Kinesis::Stream')),
];

/** Pairs in the wrong order, and rules that say nothing about this template. */
export function violations(graph: TemplateGraph): string[] {
  const network = sweep(graph).length > 0;
  return DELETION_RULES.filter(rule => network || !rule.network).flatMap(rule => {
    const [later, earlier] = [rule.later(graph), rule.earlier(graph)];
    if (later.length === 0 || earlier.length === 0) return [`${rule.name}: the template has no such resources`];
    return later.flatMap(id => {
      const before = graph.before(id);
      return earlier.filter(other => !before.has(other)).map(other => `${rule.name}: ${id} does not wait for ${other}`);
    });
  });
}
