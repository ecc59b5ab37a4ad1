import { Aws, CfnResource, Fn, IAspect, Names } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** IAM's limit. */
const MAX_NAME = 64;

/**
 * Begins the name of every role with a prefix. A part of the stack's id ends it, so that the names do not collide with
 * those of another region, or with a role that an earlier stack has left.
 */
export class RoleNames implements IAspect {
  constructor(private readonly prefix: string) {}

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node) || node.cfnResourceType !== 'AWS::IAM::Role') return;
    const stackId = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    const maxLength = MAX_NAME - this.prefix.length - '-12345678'.length;
    node.addPropertyOverride('RoleName', `${this.prefix}${Names.uniqueResourceName(node, { maxLength })}-${stackId}`);
  }
}
