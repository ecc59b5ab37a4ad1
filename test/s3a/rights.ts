const COLLECTOR = {
  'WriteLog: logs:CreateLogStream': 'Lambda itself writes the function\'s log with this role.',
  'WriteLog: logs:PutLogEvents': 'Lambda itself writes the function\'s log with this role.',
};

const JOB = {
  'ListBuckets: s3:GetBucketLocation': 'S3A asks when it has no region. Glue documents the right for its roles.',
  'UseObjects: checkpoints': 'S3A asks for the key while nothing is below it. Here the claim of an epoch always is.',
  'UseObjects: s3:AbortMultipartUpload': 'S3A ends an upload that failed, else its parts cost storage for ever.',
  'WriteLogs: logs:CreateLogStream': 'Glue itself writes the log of a run with this role.',
  'WriteLogs: logs:PutLogEvents': 'Glue itself writes the log of a run with this role.',
};

const HAS_TABLES = 'S3A asks for the key when a table is made. The first deployment has made these.';

/**
 * Rights that a role has and no run of this layer uses: role → `Sid: action` or `Sid: object` → why the role has it.
 * A right that is neither used nor here has no place in the template.
 */
export const UNUSED_RIGHTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CollectorFunctionRole: COLLECTOR,
  JobRole: JOB,
  SecondCollectorFunctionRole: COLLECTOR,
  SecondJobRole: {
    ...JOB,
    'UseObjects: bad_events': HAS_TABLES,
    'UseObjects: events': HAS_TABLES,
    'UseObjects: raw': HAS_TABLES,
    'UseKey: kms:GenerateDataKey': 'Used with the buckets\' key. A bucket known by name alone may have this one.',
  },
};
