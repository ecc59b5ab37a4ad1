/** The custom resource Drain of a synthesized stack: its bundled handlers behind CDK's provider framework. */
import { randomUUID } from 'crypto';
import { Json, LambdaHost, Template } from '../../examples/local/aws';
import { DrainProperties, drainId } from '../../src/teardown/function/drain';
import { FastClock } from '../support/fast-clock';
import { CustomResourceResponse, ProviderFramework, waiterOf } from '../support/provider-framework';

const TYPE = 'Custom::ClickstreamDrain';

/** The resource that an `Fn::GetAtt` names. */
const resourceOf = (value: Json) => (value as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];

export class DrainResource {
  /** What breaks a rule of CloudFormation or of the framework. */
  readonly violations: string[] = [];
  private readonly properties: Record<string, string>;
  private readonly id: string;
  private readonly onEvent: LambdaHost;
  private readonly isComplete: LambdaHost;

  constructor(private readonly template: Template, private readonly clock: FastClock, endpoint: string) {
    const [id, properties] = template.only(TYPE);
    this.id = id;
    this.properties = template.resolve(properties) as Record<string, string>;
    const [, framework] = template.ofType('AWS::Lambda::Function')
      .find(([name]) => name === resourceOf(properties.ServiceToken)) as [string, { Environment: { Variables: Json } }];
    const variables = framework.Environment.Variables as Record<string, Json>;
    const host = (variable: string) => new LambdaHost(template.lambda(resourceOf(variables[variable])), {
      platformEnvironment: {
        ...clock.environment, AWS_ENDPOINT_URL_GLUE: endpoint, AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
      },
      onLogLine: () => undefined,
    });
    this.onEvent = host('USER_ON_EVENT_FUNCTION_ARN');
    this.isComplete = host('USER_IS_COMPLETE_FUNCTION_ARN');
  }

  /** Deletes the resource as CloudFormation does. */
  async delete(): Promise<CustomResourceResponse> {
    const framework = new ProviderFramework(this.clock, {
      note: () => undefined,
      violation: (who, what) => { this.violations.push(`${who}: ${what}`); },
    }, { seconds: 0, invoke: handler => handler() });
    const request = {
      RequestType: 'Delete',
      RequestId: randomUUID(),
      ResponseURL: 'https://cloudformation.example/response',
      StackId: this.properties.Stack,
      LogicalResourceId: this.id,
      PhysicalResourceId: drainId(this.properties as unknown as DrainProperties),
      ResourceProperties: this.properties,
    } as const;
    return new Promise((resolve, reject) => {
      const provided = {
        handlers: {
          onEvent: (event: object) => this.onEvent.invoke(event, randomUUID()) as Promise<object>,
          isComplete: (event: object) => this.isComplete.invoke(event, randomUUID()) as Promise<object>,
        },
        waiter: waiterOf(this.waiterDefinition()),
        missingParts: () => [],
        respond: resolve,
        killedAtCall: () => undefined,
      };
      framework.send(request, provided).catch(reject);
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.onEvent.close(), this.isComplete.close()]);
  }

  private waiterDefinition(): unknown {
    const machines = this.template.ofType('AWS::StepFunctions::StateMachine');
    return machines.find(([id]) => id.includes('TeardownDrain'))?.[1].DefinitionString;
  }
}
