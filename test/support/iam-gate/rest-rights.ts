/** The rights of the services that name an operation by method and path: Lambda and API Gateway. */
import { AwsRequest } from './aws-request';
import { Right } from './policy';
import { arn, Names } from './resource-names';

const LAMBDA: ReadonlyArray<readonly [method: string, path: RegExp, action: string]> = [
  ['POST', /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, 'lambda:InvokeFunction'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)$/, 'lambda:GetFunction'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)\/configuration$/, 'lambda:GetFunctionConfiguration'],
];

/** @returns undefined for an operation that no rule knows */
export function restRights({ service, region, method, path }: AwsRequest, names: Names): Right[] | undefined {
  if (service === 'apigateway') {
    return [{ action: `apigateway:${method}`, resource: `arn:aws:apigateway:${region}::${path}`, context: {} }];
  }
  if (service !== 'lambda') return undefined;
  for (const [verb, pattern, action] of LAMBDA) {
    const name = verb === method ? pattern.exec(path)?.[1] : undefined;
    if (name !== undefined) return [{ action, resource: functionArn(decodeURIComponent(name), names), context: {} }];
  }
  return undefined;
}

const functionArn = (name: string, names: Names) =>
  (name.startsWith('arn:') ? name : arn(names, 'lambda', `function:${name}`));
