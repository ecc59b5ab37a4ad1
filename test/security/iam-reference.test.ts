import { everyStatement, TEMPLATES } from './templates';
import { WILDCARDS } from '../../src/private/acknowledgements';
import { rolePolicies, Statement } from '../support/iam-gate';
import { problemsOf, unknownActions } from '../support/iam-reference';
import { CloudFormationTemplate } from '../support/template-graph';

/** Those whose `Ref` is an ARN. */
const ARNS: Record<string, (name: string) => string> = {
  'AWS::StepFunctions::StateMachine': name => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`,
  'AWS::SecretsManager::Secret': name => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`,
};

/** Roles whose unnamed statements CDK makes: its provider framework, its deployment of files, its grants. */
const CDK_STATEMENTS = /Framework|waiterstatemachineRole$|DeploymentRole$|^OwnReader$/;

/** The statements of this package, references resolved. */
function statementsOf(template: CloudFormationTemplate): Statement[] {
  const names = Object.entries(template.Resources).filter(([, { Type }]) => ARNS[Type])
    .map(([id, { Type }]) => [id, ARNS[Type](id)]);
  type Template = Parameters<typeof rolePolicies>[0];
  return Object.entries(rolePolicies(template as unknown as Template, Object.fromEntries(names))).flatMap(
    ([role, statements]) => statements.filter(({ Sid }) => Sid !== undefined || !CDK_STATEMENTS.test(role)));
}

describe.each(Object.entries(TEMPLATES))('by the reference of IAM, with %s', (_, template) => {
  test('every action exists', async () => {
    const actions = everyStatement(template.Resources).flatMap(({ Action }) => [Action].flat());
    expect(actions.length).toBeGreaterThan(80);
    expect(await unknownActions([...new Set(actions)].filter(action => action !== '*'))).toEqual([]);
  });

  test('every action takes the resources and condition keys of its statement, and has all that it needs', async () => {
    const ours = statementsOf(template);
    expect(ours.length).toBeGreaterThan(20);
    const problems = await Promise.all(ours.map(problemsOf));
    expect([...new Set(problems.flat())].filter(problem => !LIMITABLE.some(known => known.test(problem)))).toEqual([]);
  });

  test('every * has a reason', () => {
    const known = ({ Sid }: Statement) => WILDCARDS.some(({ sid }) => sid !== undefined && sid === Sid);
    const unexplained = statementsOf(template)
      .filter(({ Action, Resource }) => [Action, Resource].flat().some(text => text.includes('*')))
      .filter(statement => !known(statement) && !onlyLogStreams(statement));
    expect(unexplained).toEqual([]);
  });
});

test('every reason for a * has a statement', () => {
  const names = new Set(Object.values(TEMPLATES).flatMap(statementsOf).map(({ Sid }) => Sid));
  expect(WILDCARDS.filter(({ sid }) => sid !== undefined && !names.has(sid))).toEqual([]);
});

/** Actions on `*` that could be limited, and why they are not. */
const LIMITABLE = [
  /^logs:\w+ on \* /, // API Gateway's role for logs, WriteAccessLogs, serves every API of the account
  /^cloudwatch:PutMetricData on \* although it can be limited to dataset$/, // a metric is in no data set
];

/** A log group's own ARN ends in `:*`. */
function onlyLogStreams({ Resource }: Statement): boolean {
  return [Resource].flat().every(resource => /^arn:aws:logs:[^*]*:log-group:[^*]+:\*$/.test(resource));
}
