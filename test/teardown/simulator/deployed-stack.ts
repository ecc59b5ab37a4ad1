import { EventTraffic } from './event-traffic';
import { Scenario } from './scenario';
import { Deleted, ResourceWorld } from './stack';
import {
  CustomResourceRequest, CustomResourceResponse, Handlers, Provided, ProviderFramework, waiterOf,
} from '../../support/provider-framework';
import { TemplateGraph } from '../../support/template-graph';
import { Chance } from '../../support/virtual-aws/chance';
import { Timeline } from '../../support/virtual-aws/timeline';
import { VirtualClock } from '../../support/virtual-aws/virtual-clock';
import { VirtualEc2 } from '../../support/virtual-aws/virtual-ec2';
import { VirtualGlue } from '../../support/virtual-aws/virtual-glue';

/** CloudFormation gives up on a custom resource after an hour, and on a group or subnet in use after a quarter. */
const CUSTOM_RESOURCE_MINUTES = 60;
const IN_USE_MINUTES = 15;

export const JOB_ROLE = 'arn:aws:iam::123456789012:role/clickstream-production-LakehouseJobRole2FA4B225-AbCdEfGhIjKl';

/** Values of the custom resources' properties, as the virtual services know them. */
const PROPERTIES: Record<string, string> = {
  JobName: 'job',
  JobArn: 'arn:job',
  Stack: 'stack-id',
  VpcId: 'vpc',
  SecurityGroupId: 'sg',
  JobRoleArn: JOB_ROLE,
  StreamName: 'stream',
};

/** Resources that a run uses until it has ended. */
const USED_BY_RUNS: ReadonlyArray<readonly [type: RegExp, id: RegExp]> = [
  [/^AWS::Glue::(Job|Connection|Database|Table)$/, /./],
  [/^AWS::Kinesis::Stream$/, /./],
  [/^AWS::S3::Bucket(Policy)?$/, /Storage/],
  [/^Custom::ClickstreamEmptying$/, /./],
  [/^AWS::IAM::(Role|Policy)$/, /Job(Role|ConnectionPolicy)/],
  [/^AWS::Logs::LogGroup$/, /Job(Output|Error)Log/],
  [/^AWS::EC2::/, /./],
];

/** By which requests come in. */
const ENTRANCE = /^AWS::(ApiGateway(V2)?::Stage|Lambda::Url)$/;

export const SECURITY_GROUP = /NetworkSecurityGroup[0-9A-F]{8}$/;

export interface Parts {
  readonly graph: TemplateGraph;
  readonly clock: VirtualClock;
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly glue: VirtualGlue;
  readonly ec2: VirtualEc2;
  readonly traffic: EventTraffic;
  readonly framework: ProviderFramework;
  readonly handlers: Record<string, Handlers>;
  readonly scenario: Scenario;
}

type Request = Pick<CustomResourceRequest, 'RequestType' | 'RequestId'>;

/** The resources of a stack and what becomes of the virtual services when one is created or deleted. */
export class DeployedStack implements ResourceWorld {
  exists: (id: string) => boolean;
  /** The handler's invocation that Lambda ends from now on, and the call in which it does. */
  kill?: Scenario['kill'];
  private readonly physicalIds = new Map<string, string>();
  private invocations = 0;
  private requests = 0;

  constructor(private readonly parts: Parts) {
    this.exists = () => true;
  }

  /** @returns the reason why it could not be created */
  async create(id: string): Promise<string | undefined> {
    const { glue, ec2, traffic } = this.parts;
    const type = this.type(id);
    if (type === 'AWS::Glue::Job') glue.tags = { 'cdk-clickstream-lakehouse:stack': 'stack-id' };
    if (SECURITY_GROUP.test(id)) ec2.groupTags = [{ Key: 'cdk-clickstream-lakehouse:stack', Value: 'stack-id' }];
    if (ENTRANCE.test(type)) traffic.start();
    if (!this.handlersOf(id)) return undefined;
    let response: CustomResourceResponse | undefined;
    await this.request(id, this.nextRequest('Create'), received => { response = received; });
    await this.parts.clock.run(CUSTOM_RESOURCE_MINUTES, () => response !== undefined);
    return response?.Status === 'SUCCESS' ? undefined : response?.Reason ?? 'no answer within an hour';
  }

  delete(id: string, done: (result: Deleted) => void): void {
    const { clock, chance } = this.parts;
    this.checkUse(id);
    if (this.handlersOf(id)) return this.deleteProvided(id, done);
    if (/^AWS::EC2::(SecurityGroup|Subnet)$/.test(this.type(id))) return this.deleteUnused(id, done);
    clock.after(chance.between(0.02, chance.happens(0.1) ? 6 : 1), () => {
      this.gone(id);
      done({ ok: true });
    });
  }

  private type(id: string): string {
    return this.parts.graph.template.Resources[id].Type;
  }

  private handlersOf(id: string): Handlers | undefined {
    return this.parts.handlers[this.type(id)];
  }

  private checkUse(id: string): void {
    const { glue, ec2, timeline, traffic, scenario } = this.parts;
    const type = this.type(id);
    const isUsed = USED_BY_RUNS.some(([types, ids]) => types.test(type) && ids.test(id));
    if (isUsed && glue.active.length > 0 && scenario.onTimeout === 'FAIL') {
      timeline.violation(id, `deleted while ${glue.active[0].id} is ${glue.active[0].state}`);
    }
    const glues = [...ec2.interfaces.values()].filter(({ owner }) => owner === 'glue');
    if (/JobRole/.test(id) && glues.length > 0 && scenario.onTimeout === 'FAIL') {
      timeline.violation(id, `deleted before Glue has released ${glues.length} interfaces`);
    }
    const keeps = !scenario.variant.includes('deleted');
    if (type === 'AWS::Kinesis::Stream' && keeps && traffic.unread > 0 && scenario.onTimeout === 'FAIL') {
      timeline.violation(id, `deleted with ${traffic.unread} acknowledged events that no run has read`);
    }
  }

  private gone(id: string): void {
    const { glue, ec2, traffic } = this.parts;
    if (this.type(id) === 'AWS::Glue::Job') glue.tags = undefined;
    if (/JobRole[0-9A-F]{8}$/.test(id)) ec2.jobRoleExists = false;
    if (ENTRANCE.test(this.type(id))) traffic.close();
    if (SECURITY_GROUP.test(id)) ec2.groupTags = undefined;
  }

  /** EC2 refuses while a network interface is there, and CloudFormation tries for a while. */
  private deleteUnused(id: string, done: (result: Deleted) => void, minutes = 0): void {
    const { clock, ec2 } = this.parts;
    const users = ec2.using(this.type(id) === 'AWS::EC2::Subnet' ? { subnetId: id } : { groupId: id })
      .concat(SECURITY_GROUP.test(id) ? ec2.using({ groupId: 'sg' }) : []);
    if (users.length === 0) {
      this.gone(id);
      return done({ ok: true });
    }
    if (minutes >= IN_USE_MINUTES) return done({ ok: false, reason: `has a dependent object: ${users[0].id}` });
    clock.after(1, () => this.deleteUnused(id, done, minutes + 1));
  }

  private deleteProvided(id: string, done: (result: Deleted) => void): void {
    const { clock, timeline, scenario, chance } = this.parts;
    let answered = false;
    const answer = (response: CustomResourceResponse) => {
      if (answered) return;
      answered = true;
      if (response.PhysicalResourceId !== this.physicalIds.get(id)) {
        timeline.violation(id, `answers with the physical id ${response.PhysicalResourceId}`);
      }
      if (response.Reason === 'Operation timed out') timeline.violation(id, 'the framework timed out');
      done(response.Status === 'SUCCESS' ? { ok: true } : { ok: false, reason: response.Reason });
    };
    const request = this.nextRequest('Delete');
    clock.after(0, () => this.request(id, request, answer));
    if (scenario.sentTwice) clock.after(chance.between(0, 2), () => this.request(id, request, answer));
    clock.after(CUSTOM_RESOURCE_MINUTES, () => {
      if (!answered) timeline.violation(id, 'hangs: no answer within an hour');
    });
  }

  private async request(
    id: string, { RequestType, RequestId }: Request, respond: (response: CustomResourceResponse) => void,
  ): Promise<void> {
    const { framework, timeline } = this.parts;
    timeline.note(id, RequestType);
    await framework.send({
      RequestType,
      RequestId,
      ResponseURL: 'https://cloudformation.example/response?signature=secret',
      StackId: `arn:aws:cloudformation:eu-central-1:123456789012:stack/clickstream/${'0'.repeat(36)}`,
      LogicalResourceId: id,
      PhysicalResourceId: this.physicalIds.get(id),
      ResourceProperties: this.properties(id),
    }, this.provided(id, response => {
      if (RequestType === 'Create') this.physicalIds.set(id, response.PhysicalResourceId);
      timeline.note(id, `${response.Status} ${response.Reason}`);
      respond(response);
    }));
  }

  /** A request that is delivered twice keeps its id. */
  private nextRequest(RequestType: Request['RequestType']): Request {
    this.requests += 1;
    return { RequestType, RequestId: `00000000-0000-0000-0000-${String(this.requests).padStart(12, '0')}` };
  }

  private properties(id: string): Record<string, string> {
    const { scenario, graph } = this.parts;
    const given = graph.template.Resources[id].Properties as Record<string, string>;
    const known = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, PROPERTIES[name] ?? value]));
    return { ...known, TimeoutSeconds: String(scenario.timeout * 60), OnTimeout: scenario.onTimeout };
  }

  private provided(id: string, respond: (response: CustomResourceResponse) => void): Provided {
    const name = /Drain|EniSweep/.exec(id)![0];
    const { graph } = this.parts;
    const parts = graph.find(/^AWS::/, new RegExp(`Teardown${name}`));
    const [waiter] = graph.find('AWS::StepFunctions::StateMachine', new RegExp(`Teardown${name}`));
    return {
      handlers: this.handlersOf(id)!,
      waiter: waiterOf(graph.template.Resources[waiter].Properties?.DefinitionString),
      // A request that was sent twice may be served after the first answer has let everything go.
      missingParts: () => (this.exists(id) ? parts.filter(part => !this.exists(part)) : []),
      respond,
      killedAtCall: () => {
        const { kill } = this;
        this.invocations += kill ? 1 : 0;
        return kill?.invocation === this.invocations ? kill.call : undefined;
      },
    };
  }
}
