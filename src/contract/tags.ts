/** Tag of the job and its security group that names their stack. Teardown touches nothing without it. */
export const STACK_TAG = 'cdk-clickstream-lakehouse:stack';

/** Tag of a job that is being deleted, with the time and the request's id. The keeper does not start such a job. */
export const DRAINING_TAG = 'cdk-clickstream-lakehouse:draining';
