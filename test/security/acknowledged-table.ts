import { ACKNOWLEDGEMENTS, WILDCARDS } from '../../src/private/acknowledgements';

/** The acknowledged findings of cdk-nag as the table of docs/security.md. */
export function acknowledgedTable(): string {
  const rows = [
    ...ACKNOWLEDGEMENTS.map(({ rules, resource, reason }) => [rules.join(', '), resource, reason]),
    ...WILDCARDS.map(({ sid, resource, reason }) =>
      ['AwsSolutions-IAM5', `${resource}${sid ? `, statement \`${sid}\`` : ''}`, reason]),
  ];
  return ['| rule | resource | reason |', '|---|---|---|', ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n');
}
