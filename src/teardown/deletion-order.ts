import { Emptying } from './emptying';
import { Teardown } from './teardown';
import { ICollectorEndpoint } from '../collector/collector-endpoint';
import { IJobNetwork } from '../network/job-network';
import { IJobKeeper } from '../processing/job-keeper';
import { IStreamingJob } from '../processing/streaming-job';
import { AthenaQuery } from '../query/athena-query';
import { ILakehouseStorage } from '../storage/lakehouse-storage';

export interface DeletionOrderProps {
  readonly network?: IJobNetwork;
  readonly storage: ILakehouseStorage;
  readonly job: IStreamingJob;
  readonly query: AthenaQuery;
  readonly teardown: Teardown;
  readonly emptying: Emptying;
  readonly keeper: IJobKeeper;
  readonly collector: ICollectorEndpoint;
}

/**
 * CloudFormation deletes in the reverse order of creation. References order most of it, and the dependencies here order
 * the rest: no new events → no new runs → the runs end → the job is deleted → its network interfaces are deleted → its
 * network and data are deleted. test/support/deletion-rules.ts lists every rule.
 */
export function orderDeletion(props: DeletionOrderProps): void {
  const { network, storage, query, job, teardown, emptying, keeper, collector } = props;
  keeper.endBefore(teardown.drain);
  collector.edge.entrance.node.addDependency(teardown.drain);

  // The job writes to buckets until its last run has ended. On the whole storage: a bucket's policy counts, too.
  job.resource.node.addDependency(storage, emptying.resource);
  query.workGroup.node.addDependency(emptying.resource);

  if (!network || !teardown.eniSweep) return;
  // A run needs rules, endpoints, routes and network ACL to the end. In a given VPC these are the user's.
  job.resource.node.addDependency(network, network.vpc, network.securityGroup);
  job.connection?.node.addDependency(teardown.eniSweep);
  // Glue removes its interfaces late, with the job's role. Until then subnet and routes cannot be deleted.
  teardown.eniSweep.node.addDependency(network.subnet, job.role);
}
