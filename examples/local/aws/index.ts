/** The door to what plays AWS: what the tests and the benchmarks use of it. */
export { type CustomDomain, Edge } from './edge';
export { ACCOUNT, Intrinsics, type Json, REGION, type Resource } from './intrinsics';
export { gatewayResponse, type ResponseType } from './gateway-responses';
export { LocalKinesis } from './kinesis';
export { LambdaHost } from './lambda-host';
export { type JobMessage, JVM_OPTIONS, SparkRun, type SparkRunOptions, zipPackages } from './spark-run';
export { type LambdaFunction, listed, readStack, type RestApi, Template } from './template';
