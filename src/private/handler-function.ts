import { aws_iam as iam, aws_lambda as lambda, aws_logs as logs, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { handlerCode } from './assets';
import { logGroupFor, LogOptions } from './log-group';

export interface HandlerFunctionProps extends LogOptions {
  /** Path of the handler's source under src/, without `.ts`. */
  readonly entrypoint: string;
  /** Exported function. */
  readonly handler?: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly environment?: Record<string, string>;
  /** Everything the function may do besides writing its log. */
  readonly statements?: iam.PolicyStatement[];
  readonly reservedConcurrentExecutions?: number;
  readonly layers?: lambda.ILayerVersion[];
  /** Lets X-Ray trace a sample of the calls. */
  readonly tracing?: boolean;
}

/**
 * A role that may write to one log group but not create any: Lambda's managed policy lets a function's last line
 * re-create the log group that the stack has just deleted.
 */
export function handlerRole(
  scope: Construct, id: string, logGroup: logs.ILogGroup, statements: iam.PolicyStatement[] = [],
): iam.Role {
  const role = new iam.Role(scope, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({
    sid: 'WriteLog',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  }));
  statements.forEach(statement => role.addToPolicy(statement));
  return role;
}

function writeTraces(scope: Construct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'WriteTraces',
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    resources: ['*'], // have no resource-level support
    conditions: { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } },
  });
}

/** A Lambda function of this package: bundled code, a log group of its own, a hand-written role, outside any VPC. */
export class HandlerFunction extends lambda.Function {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const logGroup = logGroupFor(scope, `${id}Log`, props);
    super(scope, id, {
      code: handlerCode(props.entrypoint),
      handler: `index.${props.handler ?? 'handler'}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memorySize,
      environment: props.environment,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      layers: props.layers,
      logGroup,
      role: handlerRole(scope, `${id}Role`, logGroup, [
        ...(props.statements ?? []), ...(props.tracing ? [writeTraces(scope)] : []),
      ]),
    });
    // Not CDK's own property, whose statement has neither name nor condition.
    if (props.tracing) (this.node.defaultChild as lambda.CfnFunction).tracingConfig = { mode: lambda.Tracing.ACTIVE };
  }
}
