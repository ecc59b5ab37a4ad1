import { aws_iam as iam, aws_secretsmanager as secretsmanager, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Allows reading a secret, and decrypting it if it has a customer's key. An imported secret may be known without the
 * six characters that end its ARN.
 *
 * @param content of the secret, for the ids of the statements
 */
export function readSecretStatements(
  scope: Construct, secret: secretsmanager.ISecret, content: string,
): iam.PolicyStatement[] {
  const { secretArn, secretFullArn, encryptionKey } = secret;
  const read = new iam.PolicyStatement({
    sid: `Read${content}`,
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secretFullArn ?? `${secretArn}-??????`],
  });
  if (!encryptionKey) return [read];
  const { region, urlSuffix } = Stack.of(scope);
  return [read, new iam.PolicyStatement({
    sid: `Decrypt${content}`,
    actions: ['kms:Decrypt'],
    resources: [encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
  })];
}
