import { TEMPLATES } from './templates';
import { rendered } from '../support/iam-statements';

interface PolicyStatement {
  readonly Effect: string;
  readonly Principal?: { readonly Service?: string | string[] };
  readonly Condition?: Record<string, Record<string, unknown>>;
}

interface Granted {
  readonly type: string;
  readonly service: string;
  readonly statement: PolicyStatement;
}

const resources = Object.values(TEMPLATES).flatMap(({ Resources }) => Object.values(Resources));

/** Statements that let a service in, in the trust of roles and in the policies of buckets, keys and topics. */
const granted: Granted[] = resources.flatMap(({ Type, Properties = {} }) => {
  const documents = [Properties.AssumeRolePolicyDocument, Properties.PolicyDocument, Properties.KeyPolicy];
  return (documents.filter(document => document !== undefined) as Array<{ Statement: PolicyStatement[] }>)
    .flatMap(({ Statement }) => Statement).filter(({ Effect }) => Effect === 'Allow')
    .flatMap(statement => [statement.Principal?.Service ?? []].flat()
      .map(service => ({ type: Type, service: rendered(service), statement })));
});

/** Services that are let in without a condition on the account: docs/security.md says why. */
const WITHOUT_SOURCE = ['AWS::IAM::Role: lambda.amazonaws.com', 'AWS::IAM::Role: apigateway.amazonaws.com'];

test('every service that is let in acts for this account, or is on the list', () => {
  const forAnybody = granted.filter(({ statement }) => !rendered(conditionValues(statement)).includes('${AccountId}'));
  expect([...new Set(forAnybody.map(({ type, service }) => `${type}: ${service}`))].sort())
    .toEqual([...WITHOUT_SOURCE].sort());
  expect([...new Set(granted.map(({ type, service }) => `${type}: ${service}`))].sort()).toEqual([
    'AWS::IAM::Role: apigateway.amazonaws.com',
    'AWS::IAM::Role: glue.amazonaws.com',
    'AWS::IAM::Role: lambda.amazonaws.com',
    'AWS::IAM::Role: states.amazonaws.com',
    'AWS::IAM::Role: vpc-flow-logs.amazonaws.com',
    'AWS::KMS::Key: cloudwatch.amazonaws.com',
    'AWS::KMS::Key: logs.${Region}.amazonaws.com',
    'AWS::S3::BucketPolicy: cloudfront.amazonaws.com',
    'AWS::S3::BucketPolicy: logging.s3.amazonaws.com',
    'AWS::SNS::TopicPolicy: cloudwatch.amazonaws.com',
  ]);
});

function conditionValues({ Condition = {} }: PolicyStatement): unknown[] {
  return Object.values(Condition).flatMap(keys => Object.values(keys));
}

test('the state machines and flow logs that a role is for are of this account and region', () => {
  const sources = granted.filter(({ service }) => /^(states|vpc-flow-logs)\./.test(service))
    .map(({ service, statement }) => `${service} ${rendered(statement.Condition?.ArnLike?.['aws:SourceArn'])}`);
  expect([...new Set(sources)].sort()).toEqual([
    'states.amazonaws.com arn:${Partition}:states:${Region}:${AccountId}:stateMachine:*',
    'vpc-flow-logs.amazonaws.com arn:${Partition}:ec2:${Region}:${AccountId}:vpc-flow-log/*',
  ]);
});

test('a function is called by this API and these rules only, and by anybody only through its URL', () => {
  const permissions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Permission').map(({ Properties = {} }) => {
    const { Action, Principal, SourceArn, FunctionUrlAuthType, InvokedViaFunctionUrl } = Properties;
    const source = SourceArn ?? `${Action} ${FunctionUrlAuthType ?? `via URL: ${InvokedViaFunctionUrl}`}`;
    return `${rendered(Principal)} ${rendered(source)}`;
  });
  expect([...new Set(permissions)].sort()).toEqual([
    '* lambda:InvokeFunction via URL: true',
    '* lambda:InvokeFunctionUrl NONE',
    'apigateway.amazonaws.com arn:${Partition}:execute-api:${Region}:${AccountId}:${CollectorApi}/'
      + '${CollectorApiDeploymentStagev1}/*/',
    'apigateway.amazonaws.com arn:${Partition}:execute-api:${Region}:${AccountId}:${CollectorApi}/'
      + '${CollectorApiDeploymentStagev1}/*/*',
    'apigateway.amazonaws.com arn:${Partition}:execute-api:${Region}:${AccountId}:${CollectorHttpApi}/*/*/',
    'apigateway.amazonaws.com arn:${Partition}:execute-api:${Region}:${AccountId}:${CollectorHttpApi}/*/*/{proxy+}',
    'events.amazonaws.com ${KeeperCheck.Arn}',
    'events.amazonaws.com ${KeeperRunEnded.Arn}',
    'events.amazonaws.com ${KeeperSchedule.Arn}',
  ]);
});
