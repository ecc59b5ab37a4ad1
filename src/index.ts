export { ClickstreamLakehouse } from './clickstream-lakehouse';
export { type ClickstreamLakehouseProps } from './clickstream-lakehouse-props';
export { CollectorDistribution, type CollectorDistributionProps } from './collector-distribution';
export { CloudFrontUse } from './collector/cloud-front-use';
export { CollectorEdge } from './collector/collector-edge';
export {
  type CollectorOptions, type CollectorThrottle, type CustomDomainOptions, type WriteKeySource,
} from './collector/collector-options';
export { FirstPartyCookie } from './collector/first-party-cookie';
export { ClientIp, ConsentMode, type PrivacyOptions } from './collector/privacy-options';
export { CollectorWebAcl } from './collector/web-acl';
export { Compliance } from './compliance';
export { type CostAssumptions, CostBasis, type CostEstimate, type CostItem } from './cost/cost-estimate';
export { type EventVolumeAnomaly } from './monitoring/event-volume';
export { type MonitoringOptions } from './monitoring/lakehouse-monitoring';
export { type IsolatedNetworkOptions, LakehouseNetwork } from './network/lakehouse-network';
export { GeoDatabase } from './processing/geo-database';
export { type ProcessingOptions, StartPosition, WorkerType } from './processing/processing-options';
export { ProcessingSchedule } from './processing/processing-schedule';
export { type QueryOptions } from './query/athena-query';
export { ColumnType, EventColumn } from './storage/event-column';
export { type StorageOptions } from './storage/lakehouse-storage';
export { type StreamOptions } from './stream/event-stream';
export { StreamCapacity } from './stream/stream-capacity';
export { type TeardownOptions, TeardownTimeoutAction } from './teardown/teardown';
export { DemoWebsite, type DemoWebsiteProps } from './website/demo-website';
