import { Annotations, ArnFormat, aws_iam as iam, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Lets CloudWatch Logs use the key: without this statement in the key's policy the log groups fail to create.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogEncryption(scope: Construct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    sid: 'CloudWatchLogs',
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'], // in a key policy: this key
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  });
  if (!key.addToResourcePolicy(statement).statementAdded) {
    Annotations.of(scope).addWarningV2('cdk-clickstream-lakehouse:importedKey',
      'encryptionKey is imported, so its policy cannot be changed here: '
      + 'add this statement to it or the log groups will fail to create: '
      + JSON.stringify(stack.resolve(statement.toStatementJson())));
  }
}

/** Allows reading what was encrypted with keys that have been replaced. */
export function readWithKeysStatements(keys: kms.IKey[]): iam.PolicyStatement[] {
  return ofEach('UsePreviousKey', ['kms:Decrypt'], keys);
}

/** Allows reading and writing objects or records encrypted with the keys. */
export function useKeysStatements(keys: kms.IKey[]): iam.PolicyStatement[] {
  return ofEach('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], keys);
}

/** A statement for each key, so that a right that one of them does not need shows. IAM wants names that differ. */
function ofEach(sid: string, actions: string[], keys: kms.IKey[]): iam.PolicyStatement[] {
  return keys.map((key, index) => new iam.PolicyStatement({
    sid: index > 0 ? `${sid}${index + 1}` : sid, actions, resources: [key.keyArn],
  }));
}
