import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { extname, join } from 'path';
import { checkSync } from 'recheck';
import * as ts from 'typescript';
import { ROOT, toolchain } from './set-up';

export interface Expression {
  /** file:line */
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

const CHECK = {
  /** A loaded machine needs some seconds for an expression. A timeout counts as a failure. */
  timeout: 30_000,
  /** Expressions whose automaton is larger are attacked instead of analysed, which is ten times as quick. */
  maxNFASize: 5_000,
  /** An attack ends after a number of steps. With recheck's limits of time, a loaded machine finds other things. */
  attackTimeout: null,
  incubationTimeout: null,
};

const CODE_BLOCK = '```';
const SCRIPT_LANGUAGES = ['js', 'javascript', 'ts', 'typescript', 'tsx', 'jsx', 'mjs'];

/** Text of a string or template. A substitution stands for a word, because those of this project are names. */
function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(span => `name${span.literal.text}`).join('');
}

function literal(text: string): Pick<Expression, 'source' | 'flags'> {
  const end = text.lastIndexOf('/');
  return { source: text.slice(1, end), flags: text.slice(end + 1) };
}

function constructed(call: ts.NewExpression | ts.CallExpression, where: string): Expression[] {
  const [first, second] = call.arguments ?? [];
  if (first && ts.isRegularExpressionLiteral(first)) return []; // found by itself
  const [source, flags] = [textOf(first), textOf(second)];
  if (source !== undefined && flags !== undefined) return [{ where, source, flags }];
  throw new Error(`${where}: cannot tell which expression this is: write it as a literal or a template`);
}

/** Regular expressions of TypeScript or JavaScript. `firstLine` is the text's place in its file. */
export function expressionsOf(file: string, text: string, firstLine = 1): Expression[] {
  const found: Expression[] = [];
  const kind = extname(file) === '.ts' ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const visit = (node: ts.Node): void => {
    const where = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + firstLine}`;
    if (ts.isRegularExpressionLiteral(node)) found.push({ where, ...literal(node.text) });
    if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      found.push(...constructed(node, where));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Regular expressions of the code blocks of a Markdown page. */
export function expressionsOfPage(file: string, page: string): Expression[] {
  const found: Expression[] = [];
  let block: { start: number; isScript: boolean; lines: string[] } | undefined;
  page.split('\n').forEach((line, index) => {
    if (!line.trimStart().startsWith(CODE_BLOCK)) {
      block?.lines.push(line);
    } else if (block) {
      if (block.isScript) found.push(...expressionsOf(`${file}.ts`, block.lines.join('\n'), block.start));
      block = undefined;
    } else {
      const [language] = line.trimStart().slice(CODE_BLOCK.length).split(' ');
      block = { start: index + 2, isScript: SCRIPT_LANGUAGES.includes(language), lines: [] };
    }
  });
  return found;
}

function filesOfProject(...paths: string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '--', ...paths], { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\n').filter(file => file !== '').sort();
}

/** Regular expressions of what ships, of the examples, the benchmark and the pages. */
export function expressionsOfProject(): Expression[] {
  const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
  const scripts = filesOfProject('src', 'examples', 'bench').filter(file => /\.(ts|cts|mts|js|cjs|mjs)$/.test(file));
  const pages = filesOfProject('docs', 'examples', 'README.md').filter(file => file.endsWith('.md'));
  return [
    ...scripts.flatMap(file => expressionsOf(file, read(file))),
    ...pages.flatMap(file => expressionsOfPage(file, read(file))),
    ...expressionsOfJob(),
  ];
}

/**
 * An expression of Python in JavaScript's syntax. What is possessive or atomic in Python may go back here, so this one
 * may be slow where Python's is not, never the other way round.
 */
export function inJavaScript(source: string): string {
  return source.replace(/([*+?}])\+/g, '$1').replaceAll('(?>', '(?:');
}

/** Python's expressions are checked as if they were JavaScript's, whose syntax those of the job share. */
export function expressionsOfJob(): Expression[] {
  const script = join(__dirname, 'python_expressions.py');
  const found = execFileSync(toolchain().python, [script, join(ROOT, 'glue-assets')], { encoding: 'utf8' });
  return (JSON.parse(found) as Expression[])
    .map(expression => ({ ...expression, source: inJavaScript(expression.source), flags: '' }));
}

/** One line for each expression whose time may grow faster than its text. */
export function superLinear(expressions: readonly Expression[]): string[] {
  const verdicts = new Map<string, string>();
  return expressions.flatMap(({ where, source, flags }) => {
    const expression = `/${source}/${flags}`;
    const known = verdicts.get(expression) ?? verdict(source, flags);
    verdicts.set(expression, known);
    return known === 'safe' ? [] : [`${where}: ${expression} is ${known}`];
  });
}

function verdict(source: string, flags: string): string {
  const found = checkSync(source, flags, CHECK);
  if (found.status === 'safe') return found.status;
  return [found.status, found.status === 'vulnerable' ? found.complexity.summary : found.error.kind].join(', ');
}
