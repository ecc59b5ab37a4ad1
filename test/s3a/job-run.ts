/** A run of the template's job under spark-submit, on S3A and behind the IAM gate, as Glue starts it. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { signedBy } from './ministack';
import { Version } from './version';
import { JobMessage, JVM_OPTIONS } from '../../examples/local/aws';
import { Guarded, until } from '../../examples/local/support';
import { awsEmulation, toolchain } from '../support/set-up';

/** S3A's smallest part. Its default of 64 MB would need as large a batch. */
const MULTIPART_BYTES = String(5 * 1024 * 1024);

/** Delta's upkeep, which comes after 50 small files and 10 commits otherwise: the story has fewer of both. */
const UPKEEP = {
  'spark.databricks.delta.autoCompact.minNumFiles': '2',
  'spark.databricks.delta.properties.defaults.checkpointInterval': '3',
};

/** What Glue brings along: Delta and S3A on the class path, S3A for s3://, its endpoint, and memory. */
function platformSettings(endpoint: string): Record<string, string> {
  const jars = [...toolchain().jars, ...awsEmulation().s3aJars].join(':');
  return {
    'spark.driver.extraClassPath': jars,
    'spark.executor.extraClassPath': jars,
    'spark.hadoop.fs.s3.impl': 'org.apache.hadoop.fs.s3a.S3AFileSystem',
    'spark.hadoop.fs.AbstractFileSystem.s3.impl': 'org.apache.hadoop.fs.s3a.S3A',
    'spark.hadoop.fs.s3a.endpoint': endpoint,
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': 'false',
    'spark.hadoop.fs.s3a.multipart.size': MULTIPART_BYTES,
    'spark.hadoop.fs.s3a.multipart.threshold': MULTIPART_BYTES,
    ...UPKEEP,
    'spark.ui.enabled': 'false',
    'spark.driver.memory': '1g',
    'spark.executor.memory': '1g',
    'spark.driver.extraJavaOptions': JVM_OPTIONS,
    'spark.executor.extraJavaOptions': JVM_OPTIONS,
  };
}

export class JobRun {
  /** Fetches script and zip from the asset bucket with the job's role, then starts them. */
  static async start(folder: string, endpoint: string, version: Version): Promise<JobRun> {
    const { stack: { job }, roles } = version;
    mkdirSync(folder, { recursive: true });
    const fetchAsset = async (uri: string, file: string) => {
      const path = uri.replace(/^s3:\//, '');
      const response = await fetch(`${endpoint}${path}`, { headers: signedBy(roles.job, 's3') });
      if (!response.ok) throw new Error(`GET ${uri}: ${response.status} ${await response.text()}`);
      writeFileSync(join(folder, file), Buffer.from(await response.arrayBuffer()));
      return join(folder, file);
    };
    const script = await fetchAsset(job.scriptUri, 'clickstream_job.py');
    const zip = await fetchAsset(job.arguments['--extra-py-files'], 'package.zip');
    return new JobRun(folder, endpoint, roles.job, sparkArguments(endpoint, version, script, zip));
  }

  readonly messages: JobMessage[] = [];
  /** The exit code, once the JVM and all it started are gone. */
  readonly exited: Promise<number>;
  private readonly driver: Guarded;
  private readonly logPath: string;

  private constructor(folder: string, endpoint: string, role: string, args: readonly string[]) {
    this.logPath = join(folder, 'spark.log');
    const { python, sparkSubmit } = toolchain();
    const { PYTHONPATH: _, ...environment } = process.env; // the zip must be enough
    this.driver = new Guarded(sparkSubmit, args, {
      cwd: folder,
      env: {
        ...environment,
        PYSPARK_PYTHON: python,
        SPARK_LOCAL_IP: '127.0.0.1',
        AWS_ACCESS_KEY_ID: role,
        AWS_SECRET_ACCESS_KEY: 'not-checked',
        AWS_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ENDPOINT_URL_KINESIS: endpoint,
        AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      },
      onLine: line => this.read(line),
      onErrorLine: line => this.keep(line),
    });
    this.exited = this.driver.exited;
  }

  /** Everything that the run wrote. */
  get log(): string {
    return readFileSync(this.logPath, 'utf8');
  }

  types(): string[] {
    return this.messages.map(({ type }) => type);
  }

  /** @throws with the end of the log when the run ends before */
  async waitFor(milliseconds: number, what: string, condition: (run: JobRun) => boolean): Promise<void> {
    let code: number | undefined;
    void this.exited.then(ended => { code = ended; });
    await until(milliseconds, what, async () => {
      if (!condition(this) && code !== undefined) {
        throw new Error(`the run ended with ${code} before ${what}:\n${this.log.slice(-3000)}`);
      }
      return condition(this);
    });
  }

  /** @throws with the end of the log when the run goes on */
  async waitForEnd(milliseconds: number): Promise<void> {
    const deadline = new Promise<never>((_resolve, reject) => {
      const late = () => reject(new Error(`the run goes on after ${milliseconds} ms:\n${this.log.slice(-3000)}`));
      setTimeout(late, milliseconds).unref();
    });
    await Promise.race([this.exited, deadline]);
  }

  /** SIGTERM to the Python driver, as Glue does at its timeout. */
  terminate() {
    process.kill(Number(this.messages.find(({ type }) => type === 'started')?.pid), 'SIGTERM');
  }

  /** SIGKILL to the JVM, its executors and all Python workers. */
  crash(): Promise<number> {
    this.driver.crash();
    return this.exited;
  }

  stop(): Promise<void> {
    return this.driver.stop();
  }

  private read(line: string) {
    this.keep(line);
    if (line.startsWith('{"type"')) this.messages.push(JSON.parse(line) as JobMessage);
  }

  private keep(line: string) {
    appendFileSync(this.logPath, `${line}\n`);
  }
}

/** Glue turns the chained `--conf` into settings and gives every argument to the script too, with some of its own. */
function sparkArguments(endpoint: string, { stack: { job } }: Version, script: string, zip: string): string[] {
  const template = (job.arguments['--conf'] ?? '').split(' --conf ');
  const settings = Object.entries(platformSettings(endpoint));
  const platform = settings.map(([name, value]) => `${name}=${value}`);
  return [
    '--master', 'local-cluster[1,2,2048]', '--py-files', zip,
    ...[...platform, ...template].flatMap(setting => ['--conf', setting]),
    script,
    ...Object.entries(job.arguments).flat(),
    '--JOB_NAME', 'clickstream', '--JOB_RUN_ID', 'jr_1', '--JOB_ID', 'j_1',
  ];
}
