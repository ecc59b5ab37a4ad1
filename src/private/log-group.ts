import { aws_kms as kms, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Options of every construct of this package that writes logs. */
export interface LogOptions {
  /** One month when left out. */
  readonly logRetention?: logs.RetentionDays;
  /** CloudWatch's own key when left out. */
  readonly encryptionKey?: kms.IKey;
}

/** A log group that the stack creates, so that it has a retention and is deleted with the stack. */
export function ownLogGroup(
  scope: Construct, id: string, options: LogOptions = {}, logGroupName?: string,
): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    logGroupName,
    retention: options.logRetention ?? logs.RetentionDays.ONE_MONTH,
    encryptionKey: options.encryptionKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
}
