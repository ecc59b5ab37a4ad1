export {
  ClickstreamLakehouse, ClickstreamLakehouseProps, PrivacyOptions,
} from './clickstream-lakehouse';
export {
  ClientIp, CollectorEndpoint, CollectorEndpointProps, IngestionOptions, IngestionThrottle, WriteKeySource,
} from './collector/collector-endpoint';
export { JobNetwork, JobNetworkProps } from './network/job-network';
export { IsolatedNetworkOptions, LakehouseNetwork } from './network/lakehouse-network';
export { ProcessingSchedule } from './processing/processing-schedule';
export { ProcessingOptions, StartPosition, StreamingJob, StreamingJobProps, WorkerType } from './processing/streaming-job';
export { LakehouseStorage, LakehouseStorageProps, StorageOptions } from './storage/lakehouse-storage';
export { EventStream, EventStreamProps, StreamOptions } from './stream/event-stream';
export { StreamCapacity } from './stream/stream-capacity';
