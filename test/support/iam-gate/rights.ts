/** The IAM actions and resources that a request needs. */
import { AwsRequest, jsonParameters, queryParameters, targetOperation } from './aws-request';
import { Context } from './conditions';
import { Right } from './policy';
import { Names, RESOURCES_OF_QUERY, RESOURCES_OF_TARGET } from './resource-names';
import { restRights } from './rest-rights';
import { s3Rights } from './s3-rights';

/** Where the signing name is not the prefix of the actions. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Everybody may call these. */
const FREE = ['sts:GetCallerIdentity'];

/**
 * @param tokens of earlier answers that stand for a resource (shard iterators) → its ARN
 * @throws for a request that the gate cannot map, because a guess could allow what AWS denies
 */
export function neededRights(request: AwsRequest, account: string, tokens: ReadonlyMap<string, string>): Right[] {
  const { service, region } = request;
  if (service === 's3') return s3Rights(request);
  const names: Names = { region, account, tokens };
  const prefix = PREFIXES[service] ?? service;
  const target = targetOperation(request);
  const found = target === undefined
    ? queryRights(request, prefix, names) ?? restRights(request, names)
    : targetRights(jsonParameters(request), `${prefix}:${target}`, names);
  if (found === undefined) {
    const operation = target ?? `${request.method} ${request.path}`;
    throw new Error(`the gate does not know which right ${service} ${operation} needs`);
  }
  return found
    .filter(({ action }) => !FREE.includes(action))
    .map(right => ({ ...right, context: { 'aws:RequestedRegion': [region], ...right.context } }));
}

function targetRights(parameters: Record<string, unknown>, action: string, names: Names): Right[] | undefined {
  const resources = RESOURCES_OF_TARGET[action.split(':')[0]]?.(parameters, names);
  const context = action.startsWith('cloudwatch:') ? namespaceContext(parameters.Namespace) : {};
  return resources?.map(resource => ({ action, resource, context }));
}

function namespaceContext(namespace: unknown): Context {
  return typeof namespace === 'string' ? { 'cloudwatch:namespace': [namespace] } : {};
}

function queryRights(request: AwsRequest, prefix: string, names: Names): Right[] | undefined {
  const parameters = queryParameters(request);
  const operation = parameters.get('Action');
  if (operation === null) return undefined;
  const resources = RESOURCES_OF_QUERY[prefix]?.(operation, parameters, names);
  const tagKeys = [...parameters].filter(([name]) => /^Tag\.\d+\.Key$/.test(name)).map(([, key]) => key);
  const context = {
    ...(tagKeys.length > 0 ? { 'aws:TagKeys': tagKeys } : {}),
    ...(prefix === 'cloudwatch' ? namespaceContext(parameters.get('Namespace')) : {}),
  };
  return resources?.map(resource => ({ action: `${prefix}:${operation}`, resource, context }));
}
