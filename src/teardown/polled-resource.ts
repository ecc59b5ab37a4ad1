import { aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, CustomResource, Duration } from 'aws-cdk-lib';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { HandlerFunction, handlerRole, ownLogGroup } from '../private/handler-function';

export interface PolledResourceProps {
  readonly entrypoint: string;
  readonly description: string;
  readonly resourceType: string;
  readonly properties: Record<string, string>;
  /** What the first call may do. */
  readonly onEventStatements: iam.PolicyStatement[];
  /** What the polls may do. */
  readonly isCompleteStatements: iam.PolicyStatement[];
  readonly logRetention: logs.RetentionDays;
  readonly encryptionKey?: kms.IKey;
}

/** CloudFormation gives up on a custom resource after an hour; the handlers fail by themselves before the framework does. */
const FRAMEWORK_TIMEOUT = Duration.minutes(55);
const POLL_INTERVAL = Duration.seconds(15);

/**
 * A custom resource whose deletion is polled until it is complete. Handlers and framework run outside the VPC (they must reach AWS
 * while the VPC goes), under roles that cannot create log groups: the framework's last line would bring back the deleted one.
 */
export class PolledResource extends Construct {
  public readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: PolledResourceProps) {
    super(scope, id);
    const frameworkLog = ownLogGroup(this, 'FrameworkLog', props.logRetention, props.encryptionKey);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.handler('OnEvent', 'onEvent', props, props.onEventStatements),
      isCompleteHandler: this.handler('IsComplete', 'isComplete', props, props.isCompleteStatements),
      queryInterval: POLL_INTERVAL,
      totalTimeout: FRAMEWORK_TIMEOUT,
      logGroup: frameworkLog,
      frameworkOnEventRole: handlerRole(this, 'FrameworkOnEventRole', frameworkLog),
      frameworkCompleteAndTimeoutRole: handlerRole(this, 'FrameworkCompleteRole', frameworkLog),
      frameworkLambdaLoggingLevel: lambda.ApplicationLogLevel.ERROR, // at INFO it logs the pre-signed answer URL's event
      disableWaiterStateMachineLogging: true,
    });
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: props.resourceType,
      properties: props.properties,
    });
  }

  private handler(id: string, handler: string, props: PolledResourceProps, statements: iam.PolicyStatement[]): HandlerFunction {
    const { entrypoint, description, logRetention, encryptionKey } = props;
    return new HandlerFunction(this, id, {
      entrypoint, handler, description, logRetention, encryptionKey, statements, timeout: Duration.seconds(60), memorySize: 256,
    });
  }
}
