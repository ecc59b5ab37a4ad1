/** The ARNs of the resources that a call names in its parameters. */

export interface Names {
  readonly region: string;
  readonly account: string;
  readonly tokens: ReadonlyMap<string, string>;
}

type Parameters = Record<string, unknown>;

export const arn = ({ region, account }: Names, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** A stream by ARN, by name, or by the token that an earlier answer gave for it. */
function stream(parameters: Parameters, names: Names): string[] {
  const { StreamARN: given, StreamName: name, ShardIterator: iterator, NextToken: next } = parameters;
  if (text(given)) return [text(given)!];
  if (text(name)) return [arn(names, 'kinesis', `stream/${name}`)];
  const known = names.tokens.get(text(iterator) ?? text(next) ?? '');
  if (known === undefined) throw new Error('a Kinesis call names neither a stream nor a token of an earlier answer');
  return [known];
}

function glue(parameters: Parameters, names: Names): string[] | undefined {
  const { JobName: job, ResourceArn: tagged, Name: name, DatabaseName: database, TableName: table } = parameters;
  if (text(tagged)) return [text(tagged)!];
  if (text(job)) return [arn(names, 'glue', `job/${job}`)];
  const catalog = arn(names, 'glue', 'catalog');
  if (text(database)) {
    const tableName = text(table) ?? text(name);
    return [catalog, arn(names, 'glue', `database/${database}`),
      ...(tableName ? [arn(names, 'glue', `table/${database}/${tableName}`)] : [])];
  }
  return text(name) ? [catalog, arn(names, 'glue', `connection/${name}`)] : undefined;
}

/** Log groups are named with what follows them: policies give `log-group:<name>:*`. */
function logs({ logGroupName: group, logStreamName: name }: Parameters, names: Names): string[] {
  return [text(group) ? arn(names, 'logs', `log-group:${group}:log-stream:${text(name) ?? ''}`) : '*'];
}

const given = (...keys: string[]) => (parameters: Parameters): string[] => {
  const found = keys.map(key => text(parameters[key])).find(value => value !== undefined);
  return [found ?? '*'];
};

/** Secrets Manager ends the ARN of a secret with six characters, which a call may leave out. */
function secret({ SecretId: id }: Parameters, names: Names): string[] {
  const name = text(id) ?? '*';
  const full = name.startsWith('arn:') ? name : arn(names, 'secretsmanager', `secret:${name}`);
  return [/-\w{6}$/.test(full) ? full : `${full}-AAAAAA`];
}

/** Action prefix → the resources of a call of the JSON protocol. */
export const RESOURCES_OF_TARGET:
Readonly<Record<string, (parameters: Parameters, names: Names) => string[] | undefined>> = {
  cloudwatch: () => ['*'],
  glue,
  kinesis: stream,
  kms: given('KeyId'),
  logs,
  secretsmanager: secret,
  states: given('stateMachineArn', 'executionArn'),
};

const idsOf = (parameters: URLSearchParams, name: RegExp) =>
  [...parameters].filter(([key]) => name.test(key)).map(([, value]) => value);

/** EC2's ids begin with the short name of their type. */
const TYPES: Readonly<Record<string, string>> = {
  eni: 'network-interface', sg: 'security-group', subnet: 'subnet', vpc: 'vpc', vpce: 'vpc-endpoint',
};

const EC2_IDS = /^(?:ResourceId\.\d+|NetworkInterfaceId|SubnetId|VpcId|SecurityGroupId\.\d+|GroupId)$/;

function ec2(operation: string, parameters: URLSearchParams, names: Names): string[] {
  if (operation.startsWith('Describe') && operation !== 'DescribeVpcAttribute') return ['*'];
  const named = idsOf(parameters, EC2_IDS)
    .map(id => arn(names, 'ec2', `${TYPES[id.split('-')[0]] ?? 'unknown'}/${id}`));
  return operation === 'CreateNetworkInterface' ? [arn(names, 'ec2', 'network-interface/*'), ...named] : named;
}

/** Action prefix → the resources of a call of the query protocol. */
export const RESOURCES_OF_QUERY:
Readonly<Record<string, (operation: string, parameters: URLSearchParams, names: Names) => string[]>> = {
  cloudwatch: () => ['*'],
  ec2,
  iam: (_operation, parameters, { account }) =>
    [parameters.has('RoleName') ? `arn:aws:iam::${account}:role/${parameters.get('RoleName')}` : '*'],
  sns: (_operation, parameters) => [parameters.get('TopicArn') ?? '*'],
  sts: (_operation, parameters) => [parameters.get('RoleArn') ?? '*'],
};
