export { ClickstreamLakehouse } from './clickstream-lakehouse';
export { ClickstreamLakehouseProps, PrivacyOptions } from './clickstream-lakehouse-props';
export {
  ClientIp, CollectorEndpoint, CollectorEndpointProps, IngestionOptions, IngestionThrottle, WriteKeySource,
} from './collector/collector-endpoint';
export { LakehouseMonitoring, LakehouseMonitoringProps, MonitoringOptions } from './monitoring/lakehouse-monitoring';
export { JobNetwork, JobNetworkProps } from './network/job-network';
export { IsolatedNetworkOptions, LakehouseNetwork } from './network/lakehouse-network';
export { JobKeeper, JobKeeperProps } from './processing/job-keeper';
export { ProcessingOptions, StartPosition, WorkerType } from './processing/processing-options';
export { ProcessingSchedule } from './processing/processing-schedule';
export { StreamingJob, StreamingJobProps } from './processing/streaming-job';
export { AthenaQuery, AthenaQueryProps, QueryOptions } from './query/athena-query';
export { LakehouseStorage, LakehouseStorageProps, StorageOptions } from './storage/lakehouse-storage';
export { EventStream, EventStreamProps, StreamOptions } from './stream/event-stream';
export { StreamCapacity } from './stream/stream-capacity';
export { Teardown, TeardownOptions, TeardownProps, TeardownTimeoutAction } from './teardown/teardown';
export { DemoWebsite, DemoWebsiteProps } from './website/demo-website';
