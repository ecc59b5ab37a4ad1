import { ArnFormat, aws_iam as iam, aws_lambda as lambda, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { HandlerFunction, handlerRole } from '../private/handler-function';
import { logGroupFor, LogOptions } from '../private/log-group';

export interface PolledResourceProps extends LogOptions {
  readonly entrypoint: string;
  readonly description: string;
  readonly resourceType: string;
  readonly properties: Record<string, string>;
  /** Rights of the first call. */
  readonly onEventStatements: iam.PolicyStatement[];
  /** Rights of the polls. */
  readonly isCompleteStatements: iam.PolicyStatement[];
}

/** CloudFormation gives up on a custom resource after an hour, and the handlers give up before the framework does. */
const FRAMEWORK_TIMEOUT = Duration.minutes(55);
const POLL_INTERVAL = Duration.seconds(15);

/**
 * A custom resource whose deletion is polled until it is complete. Handlers and framework run outside the VPC, because
 * they must reach AWS while the VPC is deleted. Their roles cannot create log groups, because the framework's last line
 * would re-create the deleted one.
 */
export class PolledResource extends Construct {
  public readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: PolledResourceProps) {
    super(scope, id);
    const frameworkLog = logGroupFor(this, 'FrameworkLog', props);
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.handler('OnEvent', 'onEvent', props, props.onEventStatements),
      isCompleteHandler: this.handler('IsComplete', 'isComplete', props, props.isCompleteStatements),
      queryInterval: POLL_INTERVAL,
      totalTimeout: FRAMEWORK_TIMEOUT,
      logGroup: frameworkLog,
      frameworkOnEventRole: handlerRole(this, 'FrameworkOnEventRole', frameworkLog),
      frameworkCompleteAndTimeoutRole: handlerRole(this, 'FrameworkCompleteRole', frameworkLog),
      // At INFO the framework logs the event, which holds the pre-signed URL for the response.
      frameworkLambdaLoggingLevel: lambda.ApplicationLogLevel.ERROR,
      disableWaiterStateMachineLogging: true,
    });
    this.trustOwnStateMachines(provider);
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: props.resourceType,
      properties: props.properties,
    });
  }

  /** Step Functions takes the role only for this account's state machines. CDK's framework has no option for it. */
  private trustOwnStateMachines(provider: Provider): void {
    const { node } = provider.node.findChild('waiter-state-machine');
    const role = node.findChild('Role').node.defaultChild as iam.CfnRole;
    const stack = Stack.of(this);
    role.addPropertyOverride('AssumeRolePolicyDocument.Statement.0.Condition', {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: {
        'aws:SourceArn': stack.formatArn({
          service: 'states', resource: 'stateMachine', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    });
  }

  private handler(
    id: string, handler: string, props: PolledResourceProps, statements: iam.PolicyStatement[],
  ): HandlerFunction {
    const { entrypoint, description, logRetention, encryptionKey, logGroup } = props;
    return new HandlerFunction(this, id, {
      entrypoint,
      handler,
      description,
      timeout: Duration.seconds(60),
      memorySize: 256,
      statements,
      logRetention,
      encryptionKey,
      logGroup,
    });
  }
}
