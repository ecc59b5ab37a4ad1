import { CloudFormationTemplate } from './template-graph';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Principal?: { readonly Service?: string | string[] };
}

/**
 * Alarms with a topic that does not let CloudWatch publish, or whose key does not let CloudWatch use it. A topic
 * without a policy of its own has the default one, which lets every service of the account; any other policy replaces
 * that.
 */
export function unheardAlarms({ Resources }: CloudFormationTemplate): string[] {
  const entries = Object.entries(Resources);
  const deaf = entries.filter(([, { Type }]) => Type === 'AWS::SNS::Topic').map(([id]) => id).filter(topic => {
    const policies = entries
      .filter(([, { Type, Properties }]) => Type === 'AWS::SNS::TopicPolicy' && refers(Properties?.Topics, topic))
      .map(([, { Properties }]) => Properties?.PolicyDocument as { readonly Statement: Statement[] });
    const isClosed = policies.length > 0 && !policies.some(({ Statement }) => allow(Statement, 'sns:Publish'));
    return isClosed || !isKeyOpen(Resources, Resources[topic].Properties?.KmsMasterKeyId);
  });
  return entries
    .filter(([, { Type, Properties }]) =>
      /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type) && deaf.some(topic => refers(Properties?.AlarmActions, topic)))
    .map(([id]) => id);
}

function refers(list: unknown, id: string): boolean {
  return Array.isArray(list) && list.some(item => (item as { Ref?: string }).Ref === id);
}

/** A key of the template. The policies of others are not known here. */
function isKeyOpen(Resources: CloudFormationTemplate['Resources'], id: unknown): boolean {
  const [key] = (id as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt'] ?? [];
  if (key === undefined) return true;
  const { Statement: statements } = Resources[key].Properties?.KeyPolicy as { readonly Statement: Statement[] };
  return allow(statements, 'kms:Decrypt') && allow(statements, 'kms:GenerateDataKey*');
}

/** Whether they allow CloudWatch the action. */
function allow(statements: Statement[], action: string): boolean {
  return statements.some(({ Effect, Action, Principal }) => Effect === 'Allow' && [Action].flat().includes(action)
    && [Principal?.Service].flat().includes('cloudwatch.amazonaws.com'));
}
