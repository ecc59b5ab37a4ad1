import { existsSync } from 'fs';
import { basename } from 'path';
import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_s3_assets as assets, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InvalidPropertyError, requireMatch } from '../private/validate';

/** The safe characters of S3's keys: the job's argument separates databases by commas, and Spark reads them as URIs. */
const KEY = /^[\w!.*'()/-]+\.mmdb$/;

interface Source {
  readonly uri: string;
  /** An object that the role of the job cannot read already. */
  readonly objectArn?: string;
  readonly encryptionKey?: kms.IKey;
}

/** Database that locates IP addresses, in MaxMind's format. */
export class GeoDatabase {
  /**
   * A file, which CDK uploads with the job's code. Another file needs a deployment.
   *
   * @param path Path of the unpacked file, which ends in `.mmdb`
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { geoDatabases: [GeoDatabase.fromFile('geo/GeoLite2-City.mmdb')] },
   * });
   */
  public static fromFile(path: string): GeoDatabase {
    requireMatch('processing.geoDatabases: path', path, /\.mmdb$/, 'the path of an unpacked .mmdb file');
    if (!existsSync(path)) {
      throw new InvalidPropertyError(`processing.geoDatabases: path must be that of a file, got '${path}', `
        + 'which does not exist');
    }
    return new GeoDatabase((scope, id) => ({ uri: new assets.Asset(scope, id, { path }).s3ObjectUrl }));
  }

  /**
   * An object in a bucket of yours, in the region of the stack. Each run of the job reads it at its start.
   *
   * @param bucket Bucket that holds the file
   * @param key Key of the object, which ends in `.mmdb`
   *
   * @example
   * const bucket = s3.Bucket.fromBucketName(this, 'Geo', 'my-geo-databases');
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { geoDatabases: [GeoDatabase.fromBucket(bucket, 'GeoLite2-City.mmdb')] },
   * });
   */
  public static fromBucket(bucket: s3.IBucket, key: string): GeoDatabase {
    requireMatch('processing.geoDatabases: key', key, KEY,
      'the key of an unpacked .mmdb file, of letters, digits and the characters /!-_.*\'()');
    return new GeoDatabase(() => ({
      uri: bucket.s3UrlForObject(key), objectArn: bucket.arnForObjects(key), encryptionKey: bucket.encryptionKey,
    }));
  }

  private constructor(
    /** @internal */
    public readonly _bind: (scope: Construct, id: string) => Source,
  ) {}
}

/** Where the job finds databases, and the rights that it needs besides those in the asset bucket. */
export interface BoundGeoDatabases {
  readonly uris: string[];
  readonly statements: iam.PolicyStatement[];
}

/** @throws InvalidPropertyError for two databases of one name: Spark keeps all of a job's files in one folder */
export function bindGeoDatabases(scope: Construct, databases: GeoDatabase[]): BoundGeoDatabases {
  const sources = databases.map((database, index) => database._bind(scope, `GeoDatabase${index + 1}`));
  const uris = sources.map(({ uri }) => uri);
  const names = uris.map(uri => basename(uri)).filter(name => !Token.isUnresolved(name));
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated) {
    throw new InvalidPropertyError(
      `processing.geoDatabases must have files of different names, got '${repeated}' twice`);
  }
  const defined = <T>(values: (T | undefined)[]) => [...new Set(values.filter(value => value !== undefined))];
  const allow = (sid: string, action: string, resources: string[]) =>
    (resources.length > 0 ? [new iam.PolicyStatement({ sid, actions: [action], resources })] : []);
  return {
    uris,
    statements: [
      ...allow('ReadGeoDatabases', 's3:GetObject', defined(sources.map(({ objectArn }) => objectArn))),
      ...allow('DecryptGeoDatabases', 'kms:Decrypt', defined(sources.map(source => source.encryptionKey?.keyArn))),
    ],
  };
}
