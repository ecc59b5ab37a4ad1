import { spawnSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
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
  const out = mkdtempSync(join(tmpdir(), 'clickstream-example-'));
  try {
    const environment = Object.entries(process.env).filter(([key]) => !/^(AWS_|CDK_)/.test(key));
    const run = spawnSync(process.execPath, [require.resolve('tsx/cli'), '--tsconfig', '../tsconfig.json', 'main.ts'], {
      cwd: join(REPOSITORY, 'examples', name),
      env: { ...Object.fromEntries(environment), CDK_OUTDIR: out },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`examples/${name} does not synthesize:\n${run.stderr}`);
    const files = readdirSync(out).filter(file => file.endsWith('.template.json'));
    const templates = files.map(file => JSON.parse(readFileSync(join(out, file), 'utf8')) as CloudFormationTemplate);
    return {
      template: only(templates.filter(({ Resources }) =>
        Object.values(Resources).some(({ Type }) => Type === 'AWS::Glue::Job'))),
      templates,
      findings: run.stderr.split('\n').filter(line => line.includes('(CloudFormation Validate)')),
    };
  } finally {
    rmSync(out, { recursive: true });
  }
}
