import { writeFileSync } from 'fs';
import { join } from 'path';
import { aws_kms as kms, aws_s3 as s3, Fn, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, GeoDatabase, LakehouseNetwork } from '../../src';
import { rendered, statementsByRole } from '../support/iam-statements';
import { only, synthesize } from '../support/lakehouse';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder('geo-');
const file = join(folder, 'country.mmdb');
writeFileSync(file, 'a database');

const build = (geoDatabases: (stack: Stack) => GeoDatabase[]) => synthesize((stack): ClickstreamLakehouseProps => ({
  network: LakehouseNetwork.none(), processing: { geoDatabases: geoDatabases(stack) },
}));
const argumentOf = (synthesized: ReturnType<typeof build>) =>
  rendered(only(synthesized, 'AWS::Glue::Job').DefaultArguments['--geo_databases']);
const readRights = (synthesized: ReturnType<typeof build>) =>
  statementsByRole(synthesized.json).JobRole.filter(text => /^(s3:GetObject|kms:Decrypt) on/.test(text));

const without = synthesize({ network: LakehouseNetwork.none() });

test('a file is uploaded with the code, and the role may read it already', () => {
  const synthesized = build(() => [GeoDatabase.fromFile(file)]);
  expect(argumentOf(synthesized)).toMatch(/^s3:\/\/cdk-hnb659fds-assets-[^/]*\/[0-9a-f]{64}\.mmdb$/);
  expect(readRights(synthesized)).toEqual(readRights(without));
});

test('an object is read where it is, and the role may read this one and use its key', () => {
  const synthesized = build(stack => {
    const key = new kms.Key(stack, 'Key');
    const bucket = new s3.Bucket(stack, 'Geo', { encryptionKey: key });
    return [GeoDatabase.fromBucket(bucket, 'lists/city.mmdb'), GeoDatabase.fromBucket(bucket, 'lists/asn.mmdb')];
  });
  expect(argumentOf(synthesized)).toBe('s3://${Geo}/lists/city.mmdb,s3://${Geo}/lists/asn.mmdb');
  expect(readRights(synthesized)).toEqual([
    ...readRights(without),
    's3:GetObject on ${Geo.Arn}/lists/city.mmdb ${Geo.Arn}/lists/asn.mmdb',
    'kms:Decrypt on ${Key.Arn}',
  ]);
});

test('a key that only the deployment knows is taken', () => {
  const imported = Fn.importValue('Key');
  const found = argumentOf(build(stack => [
    GeoDatabase.fromBucket(s3.Bucket.fromBucketName(stack, 'Geo', 'geo'), imported),
  ]));
  expect(found).toMatch(/^s3:\/\/geo\//);
});

test('without a database the job gets no argument', () => {
  expect(only(without, 'AWS::Glue::Job').DefaultArguments).not.toHaveProperty('--geo_databases');
});

test.each<[string, (stack: Stack) => GeoDatabase, string]>([
  ['an archive', () => GeoDatabase.fromFile('GeoLite2.tar.gz'),
    "processing.geoDatabases: path must be the path of an unpacked .mmdb file, got 'GeoLite2.tar.gz'"],
  ['a file that is not there', () => GeoDatabase.fromFile('none.mmdb'),
    "processing.geoDatabases: path must be that of a file, got 'none.mmdb', which does not exist"],
  ['a key that an argument cannot hold',
    stack => GeoDatabase.fromBucket(s3.Bucket.fromBucketName(stack, 'Geo', 'geo'), 'a,b.mmdb'),
    'processing.geoDatabases: key must be the key of an unpacked .mmdb file, of letters, digits and the characters '
    + "/!-_.*'(), got 'a,b.mmdb'"],
])('refuses %s', (_, database, message) => {
  expect(() => build(stack => [database(stack)])).toThrow(message);
});

test('refuses two objects of one name, because Spark keeps them in one folder', () => {
  expect(() => build(stack => {
    const bucket = s3.Bucket.fromBucketName(stack, 'Geo', 'geo');
    return [GeoDatabase.fromBucket(bucket, 'old/asn.mmdb'), GeoDatabase.fromBucket(bucket, 'new/asn.mmdb')];
  })).toThrow("processing.geoDatabases must have files of different names, got 'asn.mmdb' twice");
});
