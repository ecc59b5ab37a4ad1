/** A VPC of its own for the streaming job. */
export interface IsolatedNetworkOptions {
  /**
   * Address range of the VPC.
   *
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;

  /**
   * Availability Zone of the job's subnet. Some zones lack the needed services (us-east-1's `use1-az3`, for one).
   *
   * @default - the region's first zone
   */
  readonly availabilityZone?: string;

  /**
   * Adds a network ACL to the job's subnet: HTTPS out, its answers in.
   *
   * @default true
   */
  readonly networkAcl?: boolean;
}

/** Where the streaming job runs. A VPC of the user's is given by the `vpc` property instead. */
export class LakehouseNetwork {
  /**
   * A VPC without a way to the internet: one isolated subnet, the S3 gateway endpoint and the interface endpoints the job needs.
   *
   * @param options address range, zone, network ACL
   */
  public static isolated(options: IsolatedNetworkOptions = {}): LakehouseNetwork {
    return new LakehouseNetwork(options);
  }

  /** No VPC: the job runs in Glue's own network and reaches AWS over its public endpoints with TLS. The cheapest. */
  public static none(): LakehouseNetwork {
    return new LakehouseNetwork(undefined);
  }

  /** @internal */
  public readonly _isolated?: IsolatedNetworkOptions;

  private constructor(isolated: IsolatedNetworkOptions | undefined) {
    this._isolated = isolated;
  }
}
