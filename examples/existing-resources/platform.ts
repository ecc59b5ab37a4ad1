import {
  aws_certificatemanager as acm, aws_ec2 as ec2, aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis,
  aws_kms as kms, aws_logs as logs, aws_route53 as route53, aws_s3 as s3, aws_wafv2 as wafv2, Duration, Stack,
  StackProps,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Stands for what a platform team has made. An app of its own would find it with `fromLookup()` and the like. */
export class Platform extends Stack {
  readonly vpc: ec2.IVpc;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly encryptionKey: kms.IKey;
  readonly kinesisStream: kinesis.IStream;
  readonly rawBucket: s3.IBucket;
  readonly lakehouseBucket: s3.IBucket;
  readonly database: glue.IDatabaseRef;
  readonly logGroup: logs.ILogGroup;
  readonly hostedZone: route53.IHostedZone;
  readonly certificate: acm.ICertificate;
  readonly webAclArn: string;
  readonly permissionsBoundary: iam.IManagedPolicy;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const key = new kms.Key(this, 'Key', { enableKeyRotation: true });
    this.encryptionKey = key;
    this.vpc = this.createVpc();
    this.securityGroup = this.createSecurityGroup(this.vpc);
    this.kinesisStream = new kinesis.Stream(this, 'Stream', { encryptionKey: key, retentionPeriod: Duration.days(3) });
    this.rawBucket = this.createBucket('RawBucket', key);
    this.lakehouseBucket = this.createBucket('LakehouseBucket', key);
    this.database = new glue.CfnDatabase(this, 'Database', {
      catalogId: this.account, databaseInput: { name: 'analytics' },
    });
    this.logGroup = new logs.LogGroup(this, 'LogGroup', { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR });
    const hostedZone = new route53.PublicHostedZone(this, 'Zone', { zoneName: 'shop.example' });
    this.hostedZone = hostedZone;
    this.certificate = new acm.Certificate(this, 'Certificate', {
      domainName: '*.shop.example', validation: acm.CertificateValidation.fromDns(hostedZone),
    });
    this.webAclArn = this.createWebAcl().attrArn;
    this.permissionsBoundary = this.createPermissionsBoundary();
  }

  private createVpc(): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addInterfaceEndpoint('Kinesis', { service: ec2.InterfaceVpcEndpointAwsService.KINESIS_STREAMS });
    vpc.addInterfaceEndpoint('Monitoring', { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING });
    return vpc;
  }

  private createSecurityGroup(vpc: ec2.IVpc): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc, allowAllOutbound: false });
    group.addIngressRule(group, ec2.Port.allTcp(), 'Workers of a Glue job');
    group.addEgressRule(group, ec2.Port.allTcp(), 'Workers of a Glue job');
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'AWS services');
    return group;
  }

  private createBucket(id: string, encryptionKey: kms.IKey): s3.Bucket {
    return new s3.Bucket(this, id, {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
    });
  }

  /** Rules that need the body lose batches: see CollectorWebAcl. */
  private createWebAcl(): wafv2.CfnWebACL {
    const visibilityConfig = {
      cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName: 'Collectors',
    };
    return new wafv2.CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig,
      rules: [{
        name: 'RateLimit',
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: 20_000 } },
        visibilityConfig,
      }],
    });
  }

  /** The most that a role of an application may do here. A lakehouse needs these actions. */
  private createPermissionsBoundary(): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'PermissionsBoundary', {
      statements: [new iam.PolicyStatement({
        actions: [
          'athena:*', 'cloudwatch:*', 'ec2:CreateNetworkInterface', 'ec2:CreateTags', 'ec2:DeleteNetworkInterface',
          'ec2:Describe*', 'glue:*', 'kinesis:*', 'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt',
          'kms:GenerateDataKey*', 'kms:ReEncrypt*', 'lakeformation:GetDataAccess', 'lambda:GetFunction',
          'lambda:InvokeFunction', 'logs:*', 's3:*', 'secretsmanager:GetSecretValue', 'states:StartExecution',
        ],
        resources: ['*'],
      })],
    });
  }
}
