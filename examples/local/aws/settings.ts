/** The settings that a run may choose, `--settings <file>`, named like the construct's options. */
import { readFileSync } from 'fs';
import { basename } from 'path';
import { CustomDomain } from './edge';
import { LocalRunError } from '../support/errors.cjs';

export interface Settings {
  /** source id → its keys. Absent: an open collector */
  readonly writeKeys?: { [sourceId: string]: { readonly keys: string[]; readonly appId?: string } };
  /** besides the shop's own. Absent: every origin */
  readonly allowedOrigins?: string[];
  readonly pathAliases?: { [alias: string]: string };
  /** texts of user agents that are robots', too */
  readonly robotUserAgents?: string[];
  /** absent: the collector's URL is the API's own, which names the stage */
  readonly customDomain?: CustomDomain;
}

const SEE = 'see examples/local/README.md';
/** An open collector takes any key, but the shop's SDK insists on one. */
const ANY_KEY = 'demo-write-key';

type Check = (value: unknown) => boolean;
const isText: Check = value => typeof value === 'string';
const isOptionalText: Check = value => value === undefined || isText(value);
const isList = (of: Check): Check => value => Array.isArray(value) && value.every(of);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMap = (of: Check): Check => value => isObject(value) && Object.values(value).every(of);
const hasOnly = (fields: Readonly<Record<string, Check>>): Check => value => isObject(value)
  && Object.keys(value).every(name => Object.hasOwn(fields, name))
  && Object.entries(fields).every(([name, check]) => check(value[name]));

const KNOWN: Readonly<Record<keyof Settings, { readonly check: Check; readonly example: string }>> = {
  writeKeys: {
    check: isMap(hasOnly({ keys: isList(isText), appId: isOptionalText })),
    example: '{"shop":{"keys":["my-key"]}}',
  },
  allowedOrigins: { check: isList(isText), example: '["http://localhost:3000"]' },
  pathAliases: { check: isMap(isText), example: '{"shop/track":"com.snowplowanalytics.snowplow/tp2"}' },
  robotUserAgents: { check: isList(isText), example: '["acme-monitor"]' },
  customDomain: { check: hasOnly({ basePath: isOptionalText }), example: '{"basePath":"clicks"}' },
};

/** @throws LocalRunError for anything that is not known, or not of its shape */
export function readSettings(path: string | undefined): Settings {
  if (path === undefined) return {};
  const file = basename(path);
  const content = parse(readFileSync(path, 'utf8'), file);
  if (!isObject(content)) throw new LocalRunError(`${file} must be an object`, SEE);
  for (const [name, value] of Object.entries(content)) {
    if (!Object.hasOwn(KNOWN, name)) {
      throw new LocalRunError(`${file} has an unknown setting ${name}`, `known are ${Object.keys(KNOWN).join(', ')}`);
    }
    const { check, example } = KNOWN[name as keyof Settings];
    if (!check(value)) throw new LocalRunError(`${name} in ${file} must be like ${example}`);
  }
  return content;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LocalRunError(`${file} is no JSON (${(error as Error).message})`, SEE);
  }
}

/** The key that the shop and the workload of `--once` send. */
export function shopWriteKey({ writeKeys = {} }: Settings): string {
  return Object.values(writeKeys)[0]?.keys[0] ?? ANY_KEY;
}
