/** What the job's own code reads. Names and meaning: glue-assets/clickstream_lakehouse/config.py. */
export interface JobArguments {
  readonly region: string;
  readonly streamName: string;
  readonly rawUri: string;
  readonly eventsUri: string;
  readonly badEventsUri: string;
  readonly checkpointUri: string;
  readonly mode: 'continuous' | 'drain';
  readonly triggerSeconds: number;
  readonly dedupWindowHours: number;
  readonly startPosition: 'trim_horizon' | 'latest';
  readonly metricsNamespace: string;
  readonly failOnDataLoss: boolean;
}

/** Arguments of the job's own code. */
export function jobArguments(job: JobArguments): Record<string, string> {
  return {
    '--region': job.region,
    '--stream_name': job.streamName,
    '--raw_path': job.rawUri,
    '--events_path': job.eventsUri,
    '--bad_events_path': job.badEventsUri,
    '--checkpoint_path': job.checkpointUri,
    '--mode': job.mode,
    '--trigger_seconds': String(job.triggerSeconds),
    '--dedup_window_hours': String(job.dedupWindowHours),
    '--start_position': job.startPosition,
    '--metrics_namespace': job.metricsNamespace,
    '--fail_on_data_loss': String(job.failOnDataLoss),
  };
}

/** What must be set before the Spark session starts; the job sets the rest itself. */
export function sparkConf(region: string, extra: Record<string, string> = {}): Record<string, string> {
  return {
    'spark.sql.extensions': 'io.delta.sql.DeltaSparkSessionExtension',
    'spark.sql.catalog.spark_catalog': 'org.apache.spark.sql.delta.catalog.DeltaCatalog',
    // S3A guesses the region from the endpoint, which fails behind a VPC endpoint.
    'spark.hadoop.fs.s3a.endpoint.region': region,
    // With ANSI mode one bad cast would fail the same batch for ever.
    'spark.sql.ansi.enabled': 'false',
    'spark.sql.session.timeZone': 'UTC',
    // Else a long batch of one query holds up the other.
    'spark.scheduler.mode': 'FAIR',
    ...extra,
  };
}

/** Glue accepts one `--conf` argument; more are chained inside its value. */
export function chainConf(conf: Record<string, string>): string {
  return Object.entries(conf).map(([key, value]) => `${key}=${value}`).join(' --conf ');
}

/** Arguments that Glue itself reads: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html */
export function glueArguments(packageUri: string, conf: Record<string, string>, logGroupPrefix: string): Record<string, string> {
  return {
    '--job-language': 'python',
    '--job-bookmark-option': 'job-bookmark-disable',
    '--datalake-formats': 'delta',
    '--extra-py-files': packageUri,
    '--conf': chainConf(conf),
    '--enable-metrics': 'true',
    '--enable-observability-metrics': 'true',
    '--custom-logGroup-prefix': logGroupPrefix,
  };
}

/** Glue 5 and later write to `<prefix>/output` (what the job prints) and `<prefix>/error` (Spark's log). */
export const LOG_GROUP_SUFFIXES = ['output', 'error'] as const;
