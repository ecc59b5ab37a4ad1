/** Rights of the roles that the runs of this layer do not use, and calls that are denied, each with its reason. */

/** Role → `Sid: action or resource` → why the role has it. */
export const UNUSED_RIGHTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CollectorFunctionRole: {
    'logs:CreateLogStream': 'Lambda itself writes the function\'s log with this role.',
    'logs:PutLogEvents': 'Lambda itself writes the function\'s log with this role.',
  },
  JobRole: {
    'ListBuckets: s3:GetBucketLocation': 'S3A asks for it only when it has no region. Glue documents it for its roles.',
    'UseObjects: s3:AbortMultipartUpload': 'S3A ends an upload that failed, else its parts cost storage for ever.',
    'WriteLogs: logs:CreateLogStream': 'Glue itself writes the log of a run with this role.',
    'WriteLogs: logs:PutLogEvents': 'Glue itself writes the log of a run with this role.',
  },
};

/** Role → `action resource` → why the denial does no harm. Names of buckets are left out. */
export const HARMLESS_DENIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CollectorFunctionRole: {},
  JobRole: {},
};
