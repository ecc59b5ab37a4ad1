/** Tag of the job and its security group: the stack they belong to. Teardown touches nothing that lacks it. */
export const STACK_TAG = 'cdk-clickstream-lakehouse:stack';

/** Tag of a job that is being deleted, with the time; the keeper lets such a job rest. */
export const DRAINING_TAG = 'cdk-clickstream-lakehouse:draining';
