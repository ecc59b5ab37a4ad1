import { APIGatewayProxyResult } from 'aws-lambda';
import { CollectorEnvironment } from '../../../../src/collector/function/environment';
import { handle } from '../../../../src/collector/function/handle';
import { isArray, isObject, JsonObject, JsonValue } from '../../../../src/collector/function/json';
import { lambdaContext, proxyEvent, RequestParts, settings } from '../builders';
import { rebuilt } from '../raw-columns';

/** What became of a request. */
export interface Answered {
  readonly result: APIGatewayProxyResult;
  readonly lines: readonly string[];
  /** what the function logged */
  readonly log: readonly string[];
  readonly cpuMs: number;
}

/** Handles a request as the function does, up to the stream. */
export async function answered(
  parts: RequestParts, environment: Partial<CollectorEnvironment> = {},
): Promise<Answered> {
  const lines: string[] = [];
  const log: string[] = [];
  const write = async (written: readonly string[]) => {
    lines.push(...written);
    return { retries: 0 };
  };
  const event = proxyEvent(parts);
  const dependencies = {
    settings: settings(environment),
    writer: { write },
    functionName: 'collector',
    log: (line: string) => { log.push(line); },
  };
  const before = process.cpuUsage();
  const result = await handle(event, lambdaContext(), dependencies);
  const { user, system } = process.cpuUsage(before);
  return { result, lines, log, cpuMs: (user + system) / 1_000 };
}

export function parsed(lines: readonly string[]): JsonObject[] {
  return lines.map(line => JSON.parse(line));
}

/** The content of each bad event, rebuilt as docs/tables.md says. */
export function rawContents(rows: readonly JsonObject[]): Buffer[] {
  const byEvent = new Map<JsonValue, JsonObject[]>();
  for (const row of rows.filter(({ kind }) => kind === 'bad')) {
    const key = row.batch_index ?? 'request';
    byEvent.set(key, [...(byEvent.get(key) ?? []), row]);
  }
  return [...byEvent.values()].map(rebuilt);
}

/** Every text in a value, names included. */
export function textsIn(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]) : [];
}
