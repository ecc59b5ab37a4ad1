/** The door to what plays AWS: what the tests and the benchmarks use of it. */
export { type CustomDomain, Edge } from './edge';
export { ACCOUNT, Intrinsics, type Json, REGION, type Resource } from './intrinsics';
export { type ResponseType } from './edge-form';
export { formOf } from './edge-forms';
export { type EdgeTemplate } from './edge-template';
export { LocalKinesis } from './kinesis';
export { LambdaHost } from './lambda-host';
export { type JobMessage, JVM_OPTIONS, SparkRun, type SparkRunOptions, zipPackages } from './spark-run';
export { listed, readStack } from './local-stack';
export { type LambdaFunction, Template } from './template';
