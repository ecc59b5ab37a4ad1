export { ClickstreamLakehouse } from './clickstream-lakehouse';
export { type ClickstreamLakehouseProps, type PrivacyOptions } from './clickstream-lakehouse-props';
export {
  ClientIp, CollectorEndpoint, type CollectorEndpointProps, type IngestionOptions, type IngestionThrottle, type WriteKeySource,
} from './collector/collector-endpoint';
export { LakehouseMonitoring, type LakehouseMonitoringProps, type MonitoringOptions } from './monitoring/lakehouse-monitoring';
export { JobNetwork, type JobNetworkProps } from './network/job-network';
export { type IsolatedNetworkOptions, LakehouseNetwork } from './network/lakehouse-network';
export { JobKeeper, type JobKeeperProps } from './processing/job-keeper';
export { type ProcessingOptions, StartPosition, WorkerType } from './processing/processing-options';
export { ProcessingSchedule } from './processing/processing-schedule';
export { StreamingJob, type StreamingJobProps } from './processing/streaming-job';
export { AthenaQuery, type AthenaQueryProps, type QueryOptions } from './query/athena-query';
export { LakehouseStorage, type LakehouseStorageProps, type StorageOptions } from './storage/lakehouse-storage';
export { EventStream, type EventStreamProps, type StreamOptions } from './stream/event-stream';
export { StreamCapacity } from './stream/stream-capacity';
export { Teardown, type TeardownOptions, type TeardownProps, TeardownTimeoutAction } from './teardown/teardown';
export { DemoWebsite, type DemoWebsiteProps } from './website/demo-website';
