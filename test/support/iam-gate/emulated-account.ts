/** Lookups in an emulator, as the account's owner, of what a request through the gate does not carry. */
import { Context } from './conditions';
import { PolicySource } from './iam-gate';
import { Right, Statement } from './policy';
import { ACCOUNT, REGION } from '../../../examples/local/aws';

type Query = (service: string, parameters: Readonly<Record<string, string>>) => Promise<Response>;

/** Calls of the query protocol. The emulator does not check signatures. */
function ownersQuery(endpoint: string): Query {
  return (service, parameters) => {
    const credential = `Credential=owner/20260101/${REGION}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
    return fetch(endpoint, { method: 'POST', headers: { authorization }, body: new URLSearchParams(parameters) });
  };
}

const elements = (xml: string, tag: string) =>
  [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text]) => text);

/**
 * The inline policies that the emulator's IAM holds at the time of the call, so that a role has nothing any more once
 * CloudFormation has deleted its policy.
 */
export function emulatedPolicies(endpoint: string): PolicySource {
  const query = ownersQuery(endpoint);
  return async role => {
    const list = await query('iam', { Action: 'ListRolePolicies', RoleName: role });
    if (list.status === 404) return undefined;
    const names = elements(await succeeded(list), 'member');
    const documents = await Promise.all(names.map(async name => {
      const policy = await query('iam', { Action: 'GetRolePolicy', RoleName: role, PolicyName: name });
      return elements(await succeeded(policy), 'PolicyDocument');
    }));
    return documents.flat().flatMap(document =>
      (JSON.parse(decodeURIComponent(document)) as { readonly Statement: Statement[] }).Statement);
  };
}

/** The VPC of the network interface that a right is about. */
export function interfaceContext(endpoint: string): (right: Right) => Promise<Context> {
  const query = ownersQuery(endpoint);
  return async ({ resource }): Promise<Context> => {
    const id = /:network-interface\/(eni-\w+)$/.exec(resource)?.[1];
    if (id === undefined) return {};
    const found = await query('ec2', {
      'Action': 'DescribeNetworkInterfaces', 'Filter.1.Name': 'network-interface-id', 'Filter.1.Value.1': id,
    });
    const vpcs = new Set(elements(await succeeded(found), 'vpcId'));
    return { 'ec2:Vpc': [...vpcs].map(vpc => `arn:aws:ec2:${REGION}:${ACCOUNT}:vpc/${vpc}`) };
  };
}

async function succeeded(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(`the emulator answered ${response.status}: ${text}`);
  return text;
}
