/**
 * Options of the VPC that is created for the streaming job.
 *
 * @example
 * new ClickstreamLakehouse(this, 'Lakehouse', {
 *   network: LakehouseNetwork.isolated({ cidr: '10.42.0.0/16', availabilityZone: 'us-east-1b' }),
 * });
 */
export interface IsolatedNetworkOptions {
  /**
   * Address range of the VPC.
   *
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;

  /**
   * Name of the Availability Zone of the job's subnet. Some zones lack a service that the job needs (us-east-1's
   * `use1-az3`, for one). The deployment then fails with 'The VPC endpoint service … does not support the availability
   * zone of the subnet'.
   *
   * Each account has its own names of the zones. This command lists the zones of an endpoint service by your names:
   * `aws ec2 describe-vpc-endpoint-services --service-names com.amazonaws.REGION.kinesis-streams`.
   *
   * @default - the region's first zone
   */
  readonly availabilityZone?: string;

  /**
   * Creates an interface endpoint for CloudWatch Logs. Glue is thought to deliver a job's logs without it.
   *
   * @default false
   */
  readonly logsEndpoint?: boolean;

  /**
   * Adds a network ACL to the job's subnet that lets HTTPS out and the replies in.
   *
   * @default true
   */
  readonly networkAcl?: boolean;
}

/** Network that the streaming job runs in. To use a VPC you already have, set `vpc` instead. */
export class LakehouseNetwork {
  /**
   * A new VPC without a way to the internet. It has one isolated subnet, the S3 gateway endpoint and the interface
   * endpoints that the job needs.
   *
   * @param options Address range, zone and network ACL
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   network: LakehouseNetwork.isolated({ cidr: '10.42.0.0/16' }),
   * });
   */
  public static isolated(options: IsolatedNetworkOptions = {}): LakehouseNetwork {
    return new LakehouseNetwork(options);
  }

  /**
   * No VPC, the cheapest choice: the job runs in Glue's own network and reaches AWS over public endpoints with TLS.
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   network: LakehouseNetwork.none(),
   * });
   */
  public static none(): LakehouseNetwork {
    return new LakehouseNetwork(undefined);
  }

  /** @internal */
  public readonly _isolated?: IsolatedNetworkOptions;

  private constructor(isolated: IsolatedNetworkOptions | undefined) {
    this._isolated = isolated;
  }
}
