import { aws_kms as kms, aws_secretsmanager as secretsmanager, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** As many characters as take longer to guess than anybody has, and leave room in the function's environment. */
const LENGTH = 48;

/** The text by which the collector knows its distribution. CloudFormation makes it, so it is in no template. */
export function createCloudFrontSecret(scope: Construct, encryptionKey?: kms.IKey): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, 'CloudFrontSecret', {
    description: 'Shows the clickstream collector that a request came through CloudFront',
    generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
    encryptionKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/**
 * A dynamic reference, which CloudFormation replaces when it sets the property that has it. The text is then in the
 * configuration of the function and of the distribution: CloudFront has no other way, and a function that read the
 * secret itself would have to wait for it before its first response.
 *
 * CloudFormation looks the text up again only when a property of the same resource changes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
export function textOf(secret: secretsmanager.ISecret): string {
  return secret.secretValue.unsafeUnwrap();
}
