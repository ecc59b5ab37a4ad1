/** The tarball with the oldest and the newest CDK that it allows. */
import { readFileSync, rmSync } from 'fs';
import { join } from 'path';
import { installTarball, templatesInApp, templatesOfSources } from './stranger';
import { CloudFormationTemplate } from '../support/template-graph';

const ROOT = join(__dirname, '..', '..');
const { devDependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const PEERS = ['aws-cdk-lib', 'constructs'];

/** Without the code of the functions that aws-cdk-lib itself brings, which each version of it may change. */
function ownParts(templates: Record<string, CloudFormationTemplate>): unknown[] {
  const resources = Object.values(templates).flatMap(({ Resources }) => Object.entries(Resources));
  return resources.map(([id, { Properties, ...resource }]) => {
    const ofCdk = String(Properties?.Description).startsWith('AWS CDK resource provider framework');
    return [id, resource, ofCdk ? { ...Properties, Code: 'of aws-cdk-lib' } : Properties];
  });
}

test('the repository is built against the oldest CDK that the package allows', () => {
  expect(PEERS.map(name => `^${devDependencies[name]}`)).toEqual(PEERS.map(name => peerDependencies[name]));
});

test('with the newest CDK, examples/minimal has the resources that it has with the oldest', () => {
  const app = installTarball(...PEERS.map(name => `${name}@${peerDependencies[name]}`));
  try {
    const installed = JSON.parse(readFileSync(join(app, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8'));
    expect(installed.version).not.toBe(devDependencies['aws-cdk-lib']);
    expect(ownParts(templatesInApp(app, 'minimal'))).toEqual(ownParts(templatesOfSources('minimal')));
  } finally {
    rmSync(app, { recursive: true, force: true });
  }
}, 180_000);
