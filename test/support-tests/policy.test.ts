import { decidingStatement, isAllowed, Right, Statement } from '../support/iam-gate/policy';
import { PolicyTemplate, rolePolicies } from '../support/iam-gate/role-policies';
import { Call, deniedCalls, unusedRights } from '../support/iam-gate/usage';

const allow = (change: Partial<Statement> = {}): Statement =>
  ({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/raw/*', ...change });
const call = (change: Partial<Right> = {}): Right =>
  ({ action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/raw/a', context: {}, ...change });

test.each<[string, Statement[], Right, boolean]>([
  ['nothing allows it', [], call(), false],
  ['an action on a resource that is allowed', [allow()], call(), true],
  ['another resource', [allow()], call({ resource: 'arn:aws:s3:::bucket/raw' }), false],
  ['another action', [allow()], call({ action: 's3:PutObject' }), false],
  ['one of several', [allow({ Action: ['s3:Put*', 's3:GetObject'], Resource: ['x', '*'] })], call(), true],
  ['wildcards of an action, in any case', [allow({ Action: 's3:getobj?ct*' })], call(), true],
  ['a resource that differs in case', [allow()], call({ resource: 'arn:aws:s3:::bucket/RAW/a' }), false],
  ['a dot is a dot', [allow({ Resource: 'arn:aws:s3:::b.cket/*' })], call(), false],
  ['a deny beside an allow', [allow(), allow({ Effect: 'Deny', Action: '*', Resource: '*' })], call(), false],
])('%s', (_name, statements, right, expected) => {
  expect(isAllowed(statements, right)).toBe(expected);
});

const on = (Condition: Statement['Condition']) => [allow({ Condition })];

test.each<[string, Statement['Condition'], Right['context'], boolean]>([
  ['StringEquals, equal', { StringEquals: { k: 'a' } }, { k: ['a'] }, true],
  ['StringEquals, one of several', { StringEquals: { k: ['a', 'b'] } }, { k: ['b'] }, true],
  ['StringEquals, other', { StringEquals: { k: 'a' } }, { k: ['A'] }, false],
  ['StringEquals, without a value', { StringEquals: { k: 'a' } }, {}, false],
  ['StringLike', { StringLike: { k: 'a*' } }, { k: ['abc'] }, true],
  ['ArnEquals', { ArnEquals: { k: 'arn:aws:ec2:*:vpc/v' } }, { k: ['arn:aws:ec2:eu:1:vpc/v'] }, true],
  ['ArnLike, other', { ArnLike: { k: 'arn:aws:ec2:*:vpc/v' } }, { k: ['arn:aws:ec2:eu:1:vpc/w'] }, false],
  ['ForAllValues, all', { 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a'] }, true],
  ['ForAllValues, not all', { 'ForAllValues:StringEquals': { k: 'a' } }, { k: ['a', 'c'] }, false],
  ['ForAllValues, without a value', { 'ForAllValues:StringEquals': { k: 'a' } }, {}, true],
  ['a key in another case', { StringEquals: { 'A:B': 'r' } }, { 'a:b': ['r'] }, true],
  ['all of two keys', { StringEquals: { k: 'a', l: 'b' } }, { k: ['a'] }, false],
])('condition %s', (_name, condition, context, expected) => {
  expect(isAllowed(on(condition), call({ context }))).toBe(expected);
});

test('an operator or an element that the evaluation does not know is an error', () => {
  expect(() => isAllowed(on({ Bool: { k: 'true' } }), call())).toThrow(/condition operator Bool/);
  const negated = { ...allow(), NotResource: '*' } as Statement;
  expect(() => decidingStatement([negated], call())).toThrow(/has NotResource/);
});

const TEMPLATE: PolicyTemplate = {
  Resources: {
    LakehouseJobRole0A1B2C3D: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*' }] } }],
      },
    },
    LakehouseBucket0A1B2C3D: { Type: 'AWS::S3::Bucket' },
    LakehouseLog0A1B2C3D: { Type: 'AWS::Logs::LogGroup' },
    LakehouseGroup0A1B2C3D: { Type: 'AWS::EC2::SecurityGroup' },
    LakehousePolicy0A1B2C3D: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'LakehouseJobRole0A1B2C3D' }],
        PolicyDocument: {
          Statement: [{
            Effect: 'Allow',
            Action: 's3:GetObject',
            Resource: [
              { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['LakehouseBucket0A1B2C3D', 'Arn'] }, '/raw/*']] },
              { 'Fn::GetAtt': ['LakehouseLog0A1B2C3D', 'Arn'] },
              { 'Fn::Sub': 'arn:${AWS::Partition}:ec2:::group/${LakehouseGroup0A1B2C3D.GroupId}' },
            ],
          }],
        },
      },
    },
  },
};

test('a role has its inline statements and those attached to it, with the names that the emulator gave', () => {
  const names = {
    'LakehouseBucket0A1B2C3D': 'bucket-1', 'LakehouseLog0A1B2C3D': 'log-1', 'LakehouseGroup0A1B2C3D.GroupId': 'sg-1',
  };
  expect(rolePolicies(TEMPLATE, names)).toEqual({
    JobRole: [
      { Effect: 'Allow', Action: 'a:b', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: [
          'arn:aws:s3:::bucket-1/raw/*', 'arn:aws:logs:us-east-1:000000000000:log-group:log-1:*',
          'arn:aws:ec2:::group/sg-1',
        ],
      },
    ],
  });
});

describe('what a role used', () => {
  const made = (action: string, resource: string, allowed = true): Call =>
    ({ role: 'JobRole', action, resource, allowed, request: 'GET /' });
  const statements = [
    allow({ Sid: 'Read', Action: ['s3:GetObject', 's3:DeleteObject'], Resource: ['a/*', 'b/*'] }),
    allow({ Sid: 'Never', Action: 's3:PutObject' }),
  ];

  test('names the actions and resources that no call used', () => {
    const calls = [made('s3:GetObject', 'a/1'), made('s3:DeleteObject', 'c/1', false)];
    expect(unusedRights(statements, calls)).toEqual(['Read: s3:DeleteObject', 'Read: b/*', 'Never: s3:PutObject']);
  });

  test('names each denied call once', () => {
    const denied = made('s3:GetObject', 'c/1', false);
    expect(deniedCalls([denied, made('s3:GetObject', 'a/1'), denied])).toEqual(['s3:GetObject c/1']);
  });
});
