import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { bindings, ROOT } from '../support/set-up';
import { CloudFormationTemplate } from '../support/template-graph';

/** Runs an example as the CDK CLI does, without CDK's validation. @returns the template of its only stack */
export function synthesize(example: string, command: string, ...args: string[]): CloudFormationTemplate {
  const out = mkdtempSync(join(tmpdir(), 'clickstream-bindings-'));
  try {
    run(join(ROOT, 'examples', example), command, args, { CDK_OUTDIR: out, CDK_VALIDATION: 'false' });
    return JSON.parse(readFileSync(join(out, 'ClickstreamMinimal.template.json'), 'utf8'));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The app that the examples in other languages must equal. */
export const synthesizeInTypeScript = (): CloudFormationTemplate =>
  synthesize('minimal', process.execPath, require.resolve('tsx/cli'), '--tsconfig', '../tsconfig.json', 'main.ts');

/** @returns what the command prints */
export function run(cwd: string, command: string, args: string[], settings: Record<string, string> = {}): string {
  const env = {
    ...process.env,
    ...settings,
    MAVEN_OPTS: `-Dmaven.repo.local=${bindings().mavenRepository}`,
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
