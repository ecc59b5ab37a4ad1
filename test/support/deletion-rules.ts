import { TemplateGraph } from './template-graph';

type Find = (graph: TemplateGraph) => string[];

/** `later` is created after `earlier`, hence deleted before it. */
export interface DeletionRule {
  readonly name: string;
  readonly later: Find;
  readonly earlier: Find;
  /** holds only where the job runs in a VPC that the construct made */
  readonly network?: boolean;
}

const find = (type: string | RegExp, id?: RegExp): Find => graph => graph.find(type, id);
const any = /./;

/** In a VPC that the user gave, subnets, routes and endpoints are the user's. */
const ownNetwork = /^[A-Z][a-z]+Network/;

const drain = find('Custom::ClickstreamDrain');
const sweep = find('Custom::ClickstreamEniSweep');
const networkSecurityGroup = find('AWS::EC2::SecurityGroup', /NetworkSecurityGroup/);
const job = find('AWS::Glue::Job');
const connection = find('AWS::Glue::Connection');
/** By which requests come in. */
const entrance = find(/^AWS::(ApiGateway(V2)?::Stage|Lambda::Url)$/);
const workgroup = find('AWS::Athena::WorkGroup');
const buckets = /^AWS::S3::Bucket(Policy)?$/;
const emptying = find('Custom::ClickstreamEmptying');

/** The parts of one teardown resource, without itself. */
const partsOf = (name: string): Find => graph =>
  graph.find(any, new RegExp(`^Lakehouse(Teardown)?${name}`))
    .filter(id => !graph.template.Resources[id].Type.startsWith('Custom::'));

const rule = (name: string, later: Find, earlier: Find): DeletionRule => ({ name, later, earlier });
const networkRule = (...parts: Parameters<typeof rule>): DeletionRule => ({ ...rule(...parts), network: true });

/** Without one of these the deletion of a stack fails, hangs, or loses what a run is writing. */
export const DELETION_RULES: readonly DeletionRule[] = [
  rule('no request arrives while the runs end', entrance, drain),
  rule('no run is started while the runs end', find('AWS::Events::Rule', /Keeper/), drain),
  rule('the runs end before the job goes', drain, job),
  networkRule('the job goes before the connection', job, connection),
  networkRule('the job goes before the policy for its connection', job, find('AWS::IAM::Policy', /ConnectionPolicy/)),
  networkRule('the connection goes before its interfaces are waited for', connection, sweep),
  networkRule('interfaces go before the subnet', sweep, find('AWS::EC2::Subnet', ownNetwork)),
  networkRule('interfaces go before the route table', sweep, find('AWS::EC2::RouteTable', ownNetwork)),
  networkRule('interfaces go before the routes', sweep, find('AWS::EC2::SubnetRouteTableAssociation', ownNetwork)),
  networkRule('interfaces go before their security group', sweep, networkSecurityGroup),
  networkRule('interfaces go before the role that removes them', sweep, find('AWS::IAM::Role', /JobRole/)),
  networkRule("interfaces go before that role's rights", sweep, find('AWS::IAM::Policy', /JobRole/)),
  networkRule('security groups go before the VPC', find('AWS::EC2::SecurityGroup', ownNetwork), find('AWS::EC2::VPC')),
  networkRule('a run keeps its endpoints', job, find('AWS::EC2::VPCEndpoint', ownNetwork)),
  networkRule('a run keeps its way in', job, find('AWS::EC2::SecurityGroupIngress', ownNetwork)),
  networkRule('a run keeps its way out', job, find('AWS::EC2::SecurityGroupEgress', ownNetwork)),
  networkRule('a run keeps the endpoints\' security group', job, find('AWS::EC2::SecurityGroup', ownNetwork)),
  networkRule('a run keeps its network ACL', job, find('AWS::EC2::NetworkAclEntry', ownNetwork)),
  networkRule('a run keeps the subnet under that ACL', job, find('AWS::EC2::SubnetNetworkAclAssociation', ownNetwork)),
  rule('a run keeps its stream', job, find('AWS::Kinesis::Stream')),
  rule('a run keeps its buckets', job, find(buckets, /Storage/)),
  rule('buckets are emptied when nothing writes to them', job, emptying),
  rule('results are emptied when nobody can query', workgroup, emptying),
  rule('buckets go when they are empty', emptying, find(buckets, /ResultsBucket/)),
  rule('Emptying keeps functions, roles, state machine and logs', emptying, partsOf('Emptying')),
  rule('a run keeps its database', job, find('AWS::Glue::Database')),
  rule('a run keeps its tables', job, find('AWS::Glue::Table')),
  rule('a run keeps its log groups', job, find('AWS::Logs::LogGroup', /Job(Output|Error)Log/)),
  rule('a run keeps its role', job, find('AWS::IAM::Role', /JobRole/)),
  rule('a run keeps its rights', job, find('AWS::IAM::Policy', /JobRole/)),
  rule('the workgroup goes before its results', workgroup, find(buckets, /ResultsBucket/)),
  rule('saved queries go before the workgroup', find('AWS::Athena::NamedQuery'), workgroup),
  rule('Drain keeps functions, roles, state machine and logs', drain, partsOf('Drain')),
  networkRule('EniSweep keeps functions, roles, state machine and logs', sweep, partsOf('EniSweep')),
  rule('the edge goes before the function', entrance, find('AWS::Lambda::Function', /CollectorFunction/)),
  rule("the edge goes before the function's rights", entrance, find('AWS::IAM::Policy', /CollectorFunction/)),
  rule('the edge goes before the stream', entrance, find('AWS::Kinesis::Stream')),
];

/** Pairs in the wrong order, and rules that say nothing about this template. */
export function violations(graph: TemplateGraph): string[] {
  return applicable(graph).flatMap(({ name, later, earlier }) =>
    (later(graph).length === 0 || earlier(graph).length === 0 ? [`${name}: the template has no such resources`] : []))
    .concat(misordered(graph));
}

/** Pairs in the wrong order. */
export function misordered(graph: TemplateGraph): string[] {
  return applicable(graph).flatMap(({ name, later, earlier }) => later(graph).flatMap(id => {
    const before = graph.before(id);
    const missing = earlier(graph).filter(other => !before.has(other));
    return missing.map(other => `${name}: ${id} does not wait for ${other}`);
  }));
}

function applicable(graph: TemplateGraph): readonly DeletionRule[] {
  const inNetwork = sweep(graph).length > 0;
  return DELETION_RULES.filter(({ network }) => inNetwork || !network);
}
