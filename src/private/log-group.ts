import { aws_kms as kms, aws_logs as logs, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InvalidPropertyError } from './validate';

/** Options of every construct of this package that writes logs. */
export interface LogOptions {
  /** One month when left out. */
  readonly logRetention?: logs.RetentionDays;
  /** CloudWatch's own key when left out. */
  readonly encryptionKey?: kms.IKey;
  /** An existing group to log to; a group of its own when left out. */
  readonly logGroup?: logs.ILogGroup;
}

/** The given log group, or one of its own. */
export function logGroupFor(scope: Construct, id: string, options: LogOptions): logs.ILogGroup {
  if (!options.logGroup) return ownLogGroup(scope, id, options);
  requireMetrics(options.logGroup);
  return options.logGroup;
}

/**
 * The collector's metrics are made from lines of its log, which CloudWatch does in this class only.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
 */
function requireMetrics(group: logs.ILogGroup): void {
  const resource = group.node.defaultChild;
  const logGroupClass = resource instanceof logs.CfnLogGroup ? resource.logGroupClass : undefined;
  if (logGroupClass === undefined || logGroupClass === logs.LogGroupClass.STANDARD) return;
  throw new InvalidPropertyError('logGroup must be of the class STANDARD, because the collector\'s metrics are made '
    + `from its log, got ${logGroupClass}: take a group of that class`);
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
