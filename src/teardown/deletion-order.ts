import { Teardown } from './teardown';
import { CollectorEndpoint } from '../collector/collector-endpoint';
import { JobNetwork } from '../network/job-network';
import { JobKeeper } from '../processing/job-keeper';
import { StreamingJob } from '../processing/streaming-job';
import { LakehouseStorage } from '../storage/lakehouse-storage';

export interface DeletionOrderProps {
  readonly network?: JobNetwork;
  readonly storage: LakehouseStorage;
  readonly job: StreamingJob;
  readonly teardown: Teardown;
  readonly keeper: JobKeeper;
  readonly collector: CollectorEndpoint;
}

/**
 * CloudFormation deletes in the reverse order of creation. What refers to something else is ordered by that; the rest is said here:
 * nothing new arrives → no run is started → the runs end → the job goes → its interfaces go → its network and data go.
 * test/teardown/deletion-order.test.ts lists every rule.
 */
export function orderDeletion({ network, storage, job, teardown, keeper, collector }: DeletionOrderProps): void {
  keeper._endBefore(teardown.drain);
  collector.api.deploymentStage.node.addDependency(teardown.drain);

  // The job writes to buckets until its last run has ended; a bucket's policy and its emptying are constructs beside it.
  job._job.node.addDependency(storage);

  if (!network || !teardown.eniSweep) return;
  // A run needs rules, endpoints, routes and network ACL to the end. In a given VPC these are the user's.
  job._job.node.addDependency(network, network.vpc);
  job._connection!.node.addDependency(teardown.eniSweep);
  // Glue removes its interfaces late, with the job's role; until then subnet and routes cannot go.
  teardown.eniSweep.node.addDependency(network.subnet, job.role);
}
