import { CloudFormationTemplate } from './template-graph';

interface Statement { readonly Effect: string; readonly Principal?: { readonly Service?: string | string[] } }

/**
 * Alarms with a topic that does not let CloudWatch publish. A topic without a policy of its own has the default one,
 * which lets every service of the account; any other policy replaces that.
 */
export function unheardAlarms({ Resources }: CloudFormationTemplate): string[] {
  const entries = Object.entries(Resources);
  const deaf = entries.filter(([, { Type }]) => Type === 'AWS::SNS::Topic').map(([id]) => id).filter(topic => {
    const policies = entries
      .filter(([, { Type, Properties }]) => Type === 'AWS::SNS::TopicPolicy' && refers(Properties?.Topics, topic))
      .map(([, { Properties }]) => Properties?.PolicyDocument as { readonly Statement: Statement[] });
    return policies.length > 0 && !policies.some(policy => policy.Statement.some(allowsCloudWatch));
  });
  return entries
    .filter(([, { Type, Properties }]) =>
      /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type) && deaf.some(topic => refers(Properties?.AlarmActions, topic)))
    .map(([id]) => id);
}

function refers(list: unknown, id: string): boolean {
  return Array.isArray(list) && list.some(item => (item as { Ref?: string }).Ref === id);
}

function allowsCloudWatch({ Effect, Principal }: Statement): boolean {
  return Effect === 'Allow' && [Principal?.Service].flat().includes('cloudwatch.amazonaws.com');
}
