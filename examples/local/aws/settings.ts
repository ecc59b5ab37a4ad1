/** The settings that a run may choose, `--settings <file>`, named like the construct's options. */
import { readFileSync } from 'fs';
import { basename, dirname, resolve } from 'path';
import { CustomDomain } from './edge';
import { ColumnType } from '../../../src';
import { LocalRunError } from '../support/errors.cjs';

export interface Settings {
  /** source id → its keys. Absent: an open collector */
  readonly writeKeys?: { [sourceId: string]: { readonly keys: string[]; readonly appId?: string } };
  /** besides the shop's own. Absent: every origin */
  readonly allowedOrigins?: string[];
  readonly pathAliases?: { [alias: string]: string };
  /** texts of user agents that are robots', too */
  readonly robotUserAgents?: string[];
  /** paths of databases in MaxMind's format */
  readonly geoDatabases?: string[];
  /** path of the user's own processing */
  readonly transform?: string;
  /** paths of what it imports */
  readonly extraPythonFiles?: string[];
  /** name → type and source of a column of events */
  readonly columns?: { [name: string]: ColumnSetting };
  /** absent: the collector's URL is the API's own, which names the stage */
  readonly customDomain?: CustomDomain;
}

/** As `npm run transform-test -- --columns` takes it. Without a source the column is the transform's to fill. */
export interface ColumnSetting {
  readonly type: ColumnType;
  /** paths, of which a column has one at most */
  readonly property?: string;
  readonly trait?: string;
  readonly context?: string;
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
const isType: Check = value => Object.values<unknown>(ColumnType).includes(value);
const isColumn: Check = value =>
  hasOnly({ type: isType, property: isOptionalText, trait: isOptionalText, context: isOptionalText })(value)
  && Object.keys(value as object).length <= 2;

const KNOWN: Readonly<Record<keyof Settings, { readonly check: Check; readonly example: string }>> = {
  writeKeys: {
    check: isMap(hasOnly({ keys: isList(isText), appId: isOptionalText })),
    example: '{"shop":{"keys":["my-key"]}}',
  },
  allowedOrigins: { check: isList(isText), example: '["http://localhost:3000"]' },
  pathAliases: { check: isMap(isText), example: '{"shop/track":"com.snowplowanalytics.snowplow/tp2"}' },
  robotUserAgents: { check: isList(isText), example: '["acme-monitor"]' },
  geoDatabases: { check: isList(isText), example: '["GeoLite2-City.mmdb"]' },
  transform: { check: isText, example: '"my_transform.py"' },
  extraPythonFiles: { check: isList(isText), example: '["rates.py"]' },
  columns: {
    check: isMap(isColumn),
    example: '{"cart_value":{"type":"double","property":"cart.value"},"tier":{"type":"string"}}, '
      + `with one of the types ${Object.values(ColumnType).join(', ')} and of the sources property, trait, context`,
  },
  customDomain: { check: hasOnly({ basePath: isOptionalText }), example: '{"basePath":"clicks"}' },
};

/**
 * The settings of a file, with absolute paths: those in it are relative to its folder.
 *
 * @throws LocalRunError for anything that is not known, or not of its shape
 */
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
  return withPathsFrom(dirname(path), content);
}

function withPathsFrom(folder: string, settings: Settings): Settings {
  const { geoDatabases, transform, extraPythonFiles } = settings;
  const found = (path: string) => resolve(folder, path);
  return {
    ...settings,
    ...(geoDatabases && { geoDatabases: geoDatabases.map(found) }),
    ...(transform !== undefined && { transform: found(transform) }),
    ...(extraPythonFiles && { extraPythonFiles: extraPythonFiles.map(found) }),
  };
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
