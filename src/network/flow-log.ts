import { ArnFormat, aws_ec2 as ec2, aws_iam as iam, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { logGroupFor, LogOptions } from '../private/log-group';

/** Logs the accepted and refused connections of a VPC. Its parts are children of `scope`. */
export function createFlowLog(scope: Construct, vpc: ec2.IVpc, options: LogOptions): void {
  const { account } = Stack.of(scope);
  const logGroup = logGroupFor(scope, 'FlowLog', options);
  const role = new iam.Role(scope, 'FlowLogRole', {
    description: "Flow log of the clickstream job's VPC",
    assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: {
          'aws:SourceArn': Stack.of(scope).formatArn({
            service: 'ec2',
            resource: 'vpc-flow-log',
            resourceName: '*',
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        },
      },
    }),
  });
  role.addToPolicy(new iam.PolicyStatement({
    sid: 'WriteFlowLog',
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  }));
  // The L2 would let the role be passed to any service.
  const flowLog = new ec2.CfnFlowLog(scope, 'FlowLogDelivery', {
    resourceId: vpc.vpcId,
    resourceType: 'VPC',
    trafficType: 'ALL',
    logDestinationType: 'cloud-watch-logs',
    logGroupName: logGroup.logGroupName,
    deliverLogsPermissionArn: role.roleArn,
  });
  flowLog.applyRemovalPolicy(RemovalPolicy.DESTROY);
  flowLog.node.addDependency(role);
}
