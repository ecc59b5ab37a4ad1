import { spawnSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import type { NagResult } from './nag';
import { CloudFormationTemplate } from './template-graph';

const REPOSITORY = join(__dirname, '..', '..');

export interface SynthesizedExample {
  /** of the stack with the lakehouse */
  readonly template: CloudFormationTemplate;
  readonly templates: readonly CloudFormationTemplate[];
  /** what CDK's validation of the template says, if anything */
  readonly findings: string[];
}

function only<T>(found: readonly T[]): T {
  if (found.length !== 1) throw new Error(`${found.length} stacks have a lakehouse instead of one`);
  return found[0];
}

/** Runs an example's main.ts as the CDK CLI does, without an account or region. */
export function synthesizeExample(name: string): SynthesizedExample {
  return runExample(name, 'main.ts', {}, out => {
    const templates = templatesIn(out.folder);
    return {
      template: only(templates.filter(({ Resources }) =>
        Object.values(Resources).some(({ Type }) => Type === 'AWS::Glue::Job'))),
      templates,
      findings: out.stderr.split('\n').filter(line => line.includes('(CloudFormation Validate)')),
    };
  });
}

export interface InspectedExample {
  readonly templates: readonly CloudFormationTemplate[];
  readonly nag: NagResult;
  /** dollars a month without traffic */
  readonly idleUsd: number;
}

/** The same with cdk-nag's packs and the cost, and without CDK's own validation, which takes ten times as long. */
export function inspectExample(name: string): InspectedExample {
  return runExample(name, join(__dirname, 'nag-example.ts'), { CDK_VALIDATION: 'false' }, out => ({
    templates: templatesIn(out.folder),
    ...JSON.parse(readFileSync(out.inspection, 'utf8')),
  }));
}

interface Output {
  readonly folder: string;
  readonly inspection: string;
  readonly stderr: string;
}

function runExample<T>(
  name: string, script: string, settings: Record<string, string>, read: (output: Output) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-example-'));
  const inspection = join(folder, 'inspection.json');
  try {
    const environment = Object.entries(process.env).filter(([key]) => !/^(AWS_|CDK_)/.test(key));
    const command = [require.resolve('tsx/cli'), '--tsconfig', '../tsconfig.json', script];
    const run = spawnSync(process.execPath, command, {
      cwd: join(REPOSITORY, 'examples', name),
      env: { ...Object.fromEntries(environment), ...settings, CDK_OUTDIR: folder, INSPECTION: inspection },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`examples/${name} does not synthesize:\n${run.stderr}`);
    return read({ folder, inspection, stderr: run.stderr });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function templatesIn(folder: string): CloudFormationTemplate[] {
  return readdirSync(folder).filter(file => file.endsWith('.template.json'))
    .map(file => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}
