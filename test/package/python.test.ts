import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { run, synthesize, synthesizeInTypeScript } from './bindings';
import { bindings, ROOT } from '../support/set-up';
import { TABLE, wrongConfigurations } from '../support/wrong-configurations';

/** The wheel that `projen package:python` made, in an environment that has only what a wheel may need. */
const WHEELS = join(ROOT, 'dist', 'python');
const { venv, uv } = bindings();
const python = join(venv, 'bin', 'python');
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

beforeAll(() => {
  const wheels = readdirSync(WHEELS).filter(name => name.endsWith('.whl'));
  expect(wheels).toHaveLength(1);
  const wheel = join(WHEELS, wheels[0]);
  run(ROOT, uv, ['pip', 'install', '--python', python, '--no-deps', '--reinstall', '--offline', wheel]);
});

test('the environment has all that the wheel needs', () => {
  run(ROOT, uv, ['pip', 'check', '--python', python]);
});

test('examples/python and examples/minimal have the same template', () => {
  const template = synthesizeInTypeScript();
  expect(Object.keys(template.Resources).length).toBeGreaterThan(30);
  expect(synthesize('python', python, 'app.py')).toEqual(template);
}, 180_000);

test.each(['examples/python/requirements.txt', 'test/package/requirements.txt'])(
  '%s pins what the construct is built against', file => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n').map(line => line.split(' ')[0]);
    expect(lines).toEqual(expect.arrayContaining([
      `aws-cdk-lib==${devDependencies['aws-cdk-lib']}`, `constructs==${devDependencies.constructs}`,
    ]));
  });

test('every wrong configuration is refused in the same words as in TypeScript', () => {
  const errors = JSON.parse(run(ROOT, python, [join(__dirname, 'wrong_configurations.py'), TABLE]));
  expect(errors).toEqual(wrongConfigurations.map(({ message }) => message));
}, 180_000);
