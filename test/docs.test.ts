import { existsSync, readdirSync, readFileSync, statSync } from 'fs';
import { dirname, join, relative } from 'path';

const ROOT = join(__dirname, '..');
const PAGES = [
  join(ROOT, 'README.md'), join(ROOT, 'CONTRIBUTING.md'),
  ...readdirSync(join(ROOT, 'examples')).map(name => join(ROOT, 'examples', name, 'README.md')).filter(existsSync),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md')).map(name => join(ROOT, 'docs', name)),
];
const LINK = /\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g;

/** Anchors of the headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)]
    .map(([, heading]) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-'));
}

/** Links that lead to no file or to no heading. */
function brokenLinks(page: string): string[] {
  const links = [...readFileSync(page, 'utf8').matchAll(LINK)];
  return links.filter(([, path, anchor]) => {
    const target = path === '' ? page : join(dirname(page), path);
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
  }).map(([link]) => `${relative(ROOT, page)}: ${link}`);
}

test('every link of the pages leads to a file and a heading', () => {
  expect(PAGES.length).toBeGreaterThan(10);
  expect(PAGES.flatMap(brokenLinks)).toEqual([]);
});

test('the index names every page of the documentation', () => {
  const index = readFileSync(join(ROOT, 'docs', 'README.md'), 'utf8');
  const pages = readdirSync(join(ROOT, 'docs')).filter(name => name.endsWith('.md') && name !== 'README.md');
  expect(pages.filter(page => !index.includes(`](${page})`))).toEqual([]);
});

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const { repository, jsii } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('the pictures of README.md, which npm and PyPI show too, are small files of the repository', () => {
  const raw = `${repository.url.replace('//github.com', '//raw.githubusercontent.com').replace(/\.git$/, '')}/main/`;
  const pictures = [...README.matchAll(/!\[[^\]]*\]\(([^)]*\.png)\)/g)].map(([, url]) => url);
  expect(pictures).toHaveLength(1);
  for (const url of pictures) {
    expect(url.startsWith(raw)).toBe(true);
    expect(statSync(join(ROOT, url.slice(raw.length))).size).toBeLessThan(150_000);
  }
});

test('the badges of README.md are those of the packages that a release publishes', () => {
  const { maven } = jsii.targets.java;
  const badges = [
    '/npm/v/cdk-clickstream-lakehouse', `/pypi/v/${jsii.targets.python.distName}`,
    `/maven-central/v/${maven.groupId}/${maven.artifactId}`,
  ];
  expect(badges.filter(badge => !README.includes(`https://img.shields.io${badge})`))).toEqual([]);
});

/** Without the indentation of its first line. */
function dedent(text: string): string {
  const [indent] = /^ */.exec(text) ?? [''];
  return text.split('\n').map(line => line.startsWith(indent) ? line.slice(indent.length) : line).join('\n');
}

test.each([
  ['ts nofixture', 'examples/minimal/main.ts', ''],
  ['python', 'examples/python/app.py', ''],
  ['java', 'examples/java/src/main/java/example/Minimal.java', '    App app ='],
])('the quick start in %s is the text of %s', (language, file, from) => {
  const page = README.split('## Quick start')[1];
  const snippet = page.split(`\`\`\`${language}\n`)[1].split('```')[0];
  const example = readFileSync(join(ROOT, file), 'utf8');
  expect(snippet.length).toBeGreaterThan(300);
  expect(dedent(example.slice(example.indexOf(from))).startsWith(snippet)).toBe(true);
});
