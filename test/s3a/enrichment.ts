/** What the user of the second deployment brings for the enrichments: geo databases, and the key of the pseudonyms. */
import { readFileSync } from 'fs';
import { join } from 'path';
import { ArnFormat, aws_kms as kms, aws_s3 as s3, aws_secretsmanager as secrets, Stack } from 'aws-cdk-lib';
import { MiniStack } from './ministack';
import { ACCOUNT, REGION } from '../../examples/local/aws';
import { GeoDatabase, ProcessingOptions } from '../../src';
import { Keys } from '../support/iam-gate';
import { ROOT } from '../support/set-up';

/** Made by MaxMind, as glue-assets/tests/support/geo.py says. */
const database = (name: string) => join(ROOT, 'glue-assets', 'tests', 'data', 'geo', `GeoLite2-${name}-Test.mmdb`);
const BUCKET = 'geo-databases';
const CITIES = 'lists/GeoLite2-City-Test.mmdb';

const SECRET = 'pseudonym-key';
export const PSEUDONYM_KEY = 'a key of thirty-two bytes or more';

/** The customer's keys that encrypt them: two, so that the right to use one is not taken for that to use the other. */
const BUCKET_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/geo`;
const SECRET_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/pseudonyms`;
/** Secrets Manager ends an ARN with six characters: the gate's are always these. */
export const ENRICHMENT_KEYS: Keys = {
  [`arn:aws:s3:::${BUCKET}`]: BUCKET_KEY,
  [`arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${SECRET}-AAAAAA`]: SECRET_KEY,
};

/** A visitor whose country one of the databases knows and whose autonomous system the other one does. */
export const VISITOR = { id: 'visitor', ip: '67.43.156.77', country: 'BT', asn: 35908 };

/** Places in an object of the user's and systems in an asset; a secret that is known without the end of its ARN. */
export function enrichment(stack: Stack): ProcessingOptions {
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Geo', {
    bucketName: BUCKET, encryptionKey: kms.Key.fromKeyArn(stack, 'GeoKey', BUCKET_KEY),
  });
  const secretPartialArn = stack.formatArn({
    service: 'secretsmanager', resource: 'secret', resourceName: SECRET, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return {
    geoDatabases: [GeoDatabase.fromBucket(bucket, CITIES), GeoDatabase.fromFile(database('ASN'))],
    pseudonymKeySecret: secrets.Secret.fromSecretAttributes(stack, 'PseudonymKey', {
      secretPartialArn, encryptionKey: kms.Key.fromKeyArn(stack, 'SecretKey', SECRET_KEY),
    }),
  };
}

/** Puts the object and the secret where the job finds them. The asset comes with the deployment. */
export async function provideEnrichment(ministack: MiniStack): Promise<void> {
  await ministack.putObject(BUCKET, CITIES, readFileSync(database('City')));
  await ministack.createSecret(SECRET, PSEUDONYM_KEY);
}
