/**
 * Rights that the role of a function has and no call of this layer uses: role → `Sid: action` or `Sid: resource` → why
 * the role has it. A right that is neither used nor here has no place in the template.
 */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const LOG = 'Lambda itself writes the function\'s log with this role.';
const WRITES_LOG = { 'WriteLog: logs:CreateLogStream': LOG, 'WriteLog: logs:PutLogEvents': LOG };

const BOTH = 'CDK lets each function of its framework call both handlers.';
const VERSIONS = 'CDK grants the versions of a function with it.';
const WAITS = 'CDK\'s framework looks whether a handler is active only after a call of it has failed.';

/** Roles of the two functions of CDK's provider framework that a custom resource has. */
const framework = (resource: string): Reasons => ({
  [`${resource}FrameworkOnEventRole`]: {
    ...WRITES_LOG,
    [`function:${resource}OnEvent: function:${resource}OnEvent:*`]: VERSIONS,
    [`function:${resource}OnEvent: lambda:GetFunction`]: WAITS,
    [`function:${resource}IsComplete: lambda:InvokeFunction`]: BOTH,
    [`function:${resource}IsComplete: lambda:GetFunction`]: BOTH,
  },
  [`${resource}FrameworkCompleteRole`]: {
    ...WRITES_LOG,
    [`function:${resource}OnEvent: lambda:InvokeFunction`]: BOTH,
    [`function:${resource}OnEvent: lambda:GetFunction`]: BOTH,
    [`function:${resource}IsComplete: function:${resource}IsComplete:*`]: VERSIONS,
    [`function:${resource}IsComplete: lambda:GetFunction`]: WAITS,
  },
});

export const UNUSED_RIGHTS: Reasons = {
  CollectorFunctionRole: WRITES_LOG,
  KeeperFunctionRole: WRITES_LOG,
  TeardownDrainOnEventRole: WRITES_LOG,
  TeardownDrainIsCompleteRole: WRITES_LOG,
  ...framework('TeardownDrain'),
  TeardownEniSweepOnEventRole: WRITES_LOG,
  TeardownEniSweepIsCompleteRole: WRITES_LOG,
  ...framework('TeardownEniSweep'),
  EmptyingOnEventRole: WRITES_LOG,
  EmptyingIsCompleteRole: {
    ...WRITES_LOG,
    'DeleteObjects: s3:DeleteObject': 'DeleteObjects needs it by its documentation, whichever versions a call names.',
  },
  ...framework('Emptying'),
};

/** Those of a stack with an encryption key. */
export const UNUSED_WITH_KEY: Reasons = {
  CollectorFunctionRole: {
    'EncryptRecords: kms:GenerateDataKey': 'Kinesis itself asks KMS for a data key with this role.',
  },
};

/** Roles that an AWS service plays and none of our functions: end of the role → where its rights are looked at. */
export const ROLES_OF_SERVICES: Readonly<Record<string, string>> = {
  JobRole: 'The layer s3a judges the calls of the job.',
  AccessLogRole: 'API Gateway needs the rights of its managed policy, and checks for them.',
  waiterstatemachineRole: 'Step Functions calls the framework with it, and its emulator does so without a request.',
};
