import { TemplateGraph } from './template-graph';

/** `later` is created after `earlier`, hence deleted before it. */
export interface DeletionRule {
  readonly name: string;
  readonly later: (graph: TemplateGraph) => string[];
  readonly earlier: (graph: TemplateGraph) => string[];
  /** holds only where the job runs in a VPC that the construct made */
  readonly network?: boolean;
}

const find = (type: string | RegExp, id?: RegExp) => (graph: TemplateGraph) => graph.find(type, id);
const any = /./;

const drain = find('Custom::ClickstreamDrain');
const sweep = find('Custom::ClickstreamEniSweep');
const job = find('AWS::Glue::Job');
const connection = find('AWS::Glue::Connection');
const buckets = /^AWS::S3::Bucket(Policy)?$|^Custom::S3AutoDeleteObjects$/;

/** The parts of one teardown resource, without itself. */
const partsOf = (name: string) => (graph: TemplateGraph) =>
  graph.find(any, new RegExp(`Teardown${name}`)).filter(id => !graph.template.Resources[id].Type.startsWith('Custom::'));

/** Without one of these the deletion of a stack fails, hangs, or loses what a run is writing. */
export const DELETION_RULES: readonly DeletionRule[] = [
  { name: 'no request arrives while the runs end', later: find('AWS::ApiGateway::Stage'), earlier: drain },
  { name: 'no run is started while the runs end', later: find('AWS::Events::Rule', /Keeper/), earlier: drain },
  { name: 'the runs end before the job goes', later: drain, earlier: job },
  { name: 'the job goes before the connection', later: job, earlier: connection, network: true },
  { name: 'the job goes before the policy for its connection', later: job, earlier: find('AWS::IAM::Policy', /ConnectionPolicy/), network: true },
  { name: 'the connection goes before its interfaces are waited for', later: connection, earlier: sweep, network: true },
  { name: 'interfaces go before the subnet', later: sweep, earlier: find('AWS::EC2::Subnet'), network: true },
  { name: 'interfaces go before the route table', later: sweep, earlier: find('AWS::EC2::RouteTable'), network: true },
  { name: 'interfaces go before the routes', later: sweep, earlier: find('AWS::EC2::SubnetRouteTableAssociation'), network: true },
  { name: 'interfaces go before their security group', later: sweep, earlier: find('AWS::EC2::SecurityGroup', /NetworkSecurityGroup/), network: true },
  { name: 'interfaces go before the role that removes them', later: sweep, earlier: find('AWS::IAM::Role', /JobRole/), network: true },
  { name: "interfaces go before that role's rights", later: sweep, earlier: find('AWS::IAM::Policy', /JobRole/), network: true },
  { name: 'security groups go before the VPC', later: find('AWS::EC2::SecurityGroup'), earlier: find('AWS::EC2::VPC'), network: true },
  { name: 'a run keeps its endpoints', later: job, earlier: find('AWS::EC2::VPCEndpoint'), network: true },
  { name: 'a run keeps its way in', later: job, earlier: find('AWS::EC2::SecurityGroupIngress'), network: true },
  { name: 'a run keeps its way out', later: job, earlier: find('AWS::EC2::SecurityGroupEgress'), network: true },
  { name: 'a run keeps the endpoints\' security group', later: job, earlier: find('AWS::EC2::SecurityGroup'), network: true },
  { name: 'a run keeps its network ACL', later: job, earlier: find('AWS::EC2::NetworkAclEntry'), network: true },
  { name: 'a run keeps the subnet under that ACL', later: job, earlier: find('AWS::EC2::SubnetNetworkAclAssociation'), network: true },
  { name: 'a run keeps its stream', later: job, earlier: find('AWS::Kinesis::Stream') },
  { name: 'a run keeps its buckets, and they are emptied after it', later: job, earlier: find(buckets, /Storage/) },
  { name: 'a run keeps its database', later: job, earlier: find('AWS::Glue::Database') },
  { name: 'a run keeps its tables', later: job, earlier: find('AWS::Glue::Table') },
  { name: 'a run keeps its log groups', later: job, earlier: find('AWS::Logs::LogGroup', /Job(Output|Error)Log/) },
  { name: 'a run keeps its role', later: job, earlier: find('AWS::IAM::Role', /JobRole/) },
  { name: 'a run keeps its rights', later: job, earlier: find('AWS::IAM::Policy', /JobRole/) },
  { name: 'the workgroup goes before its results', later: find('AWS::Athena::WorkGroup'), earlier: find(buckets, /ResultsBucket/) },
  { name: 'saved queries go before the workgroup', later: find('AWS::Athena::NamedQuery'), earlier: find('AWS::Athena::WorkGroup') },
  { name: 'Drain keeps functions, roles, state machine and logs', later: drain, earlier: partsOf('Drain') },
  { name: 'EniSweep keeps functions, roles, state machine and logs', later: sweep, earlier: partsOf('EniSweep'), network: true },
  { name: 'the stage goes before the function', later: find('AWS::ApiGateway::Stage'), earlier: find('AWS::Lambda::Function', /CollectorFunction/) },
  { name: "the stage goes before the function's rights", later: find('AWS::ApiGateway::Stage'), earlier: find('AWS::IAM::Policy', /CollectorFunction/) },
  { name: 'the stage goes before the stream', later: find('AWS::ApiGateway::Stage'), earlier: find('AWS::Kinesis::Stream') },
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
