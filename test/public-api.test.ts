import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { exportedTypes, publicMembers } from './support/exported-types';

const ROOT = join(__dirname, '..');
const API = readFileSync(join(ROOT, 'API.md'), 'utf8');
const TESTS = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.test.ts')).map(file => readFileSync(join(__dirname, file), 'utf8')).join('\n');

/** The first paragraph, which API.md and the editors show as a summary. */
function summaryOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return (ts.getTextOfJSDocComment(comment?.comment) ?? '').split('\n\n')[0];
}

const types = exportedTypes();
const documented = types.flatMap(type => [
  [type.name!.text, summaryOf(type)],
  ...publicMembers(type).map(member => [`${type.name!.text}.${member.name!.getText()}`, summaryOf(member)]),
]);
const options = types.filter(ts.isInterfaceDeclaration)
  .flatMap(type => publicMembers(type).map(member => [type.name.text, member.name!.getText()]));

test('the package exports one lakehouse, its distribution, the demo website, and what their options need', () => {
  const constructs = types.filter(ts.isClassDeclaration)
    .filter(type => type.heritageClauses?.some(clause => clause.getText().startsWith('extends')));
  expect(constructs.map(({ name }) => name?.text)).toEqual([
    'ClickstreamLakehouse', 'CollectorDistribution', 'DemoWebsite',
  ]);
  expect(options.length).toBeGreaterThan(50);
});

test('every summary is one that API.md shows whole', () => {
  const cutOrUnclear = documented.filter(([, summary]) => !/^(?!What\b)[A-Z0-9][^;]*\.$/s.test(summary));
  expect(cutOrUnclear).toEqual([]);
});

test('every option is in API.md', () => {
  const missing = options.filter(([type, name]) =>
    !API.includes(`id="cdk-clickstream-lakehouse.${type}.property.${name}"`));
  expect(missing).toEqual([]);
});

test('every option is set in a test', () => {
  const untested = options.filter(([, name]) => !new RegExp(`\\b${name}(?::|,| \\})`).test(TESTS));
  expect(untested).toEqual([]);
});

/** Results of methods, which nobody writes. */
const RESULTS = ['CostEstimate', 'CostItem'];

test('every construct, group of options and method has an example', () => {
  const exemplary = types.filter(type => !ts.isEnumDeclaration(type)).flatMap(type => {
    const isConstruct = ts.isClassDeclaration(type) && type.heritageClauses !== undefined;
    const isOptions = ts.isInterfaceDeclaration(type) && !RESULTS.includes(type.name.text);
    return [...(isConstruct || isOptions ? [type] : []), ...publicMembers(type).filter(ts.isMethodDeclaration)];
  });
  expect(exemplary.length).toBeGreaterThan(40);
  const hasExample = (node: ts.Node) => ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'example');
  expect(exemplary.filter(node => !hasExample(node)).map(({ name }) => name?.getText())).toEqual([]);
});
