/** Plain HTTP, as a page or a script would send it. */

/** The collector that a workload is sent to. */
export interface Target {
  /** with a slash at its end */
  readonly url: string;
  readonly writeKey: string;
}

export interface Reply {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
}

/** @param path below the collector's URL */
export async function post({ url, writeKey }: Target, path: string, body: string | Buffer): Promise<Reply> {
  const headers = { 'content-type': 'text/plain', 'x-write-key': writeKey };
  const response = await fetch(`${url}${path}`, { method: 'POST', body, headers });
  const answer = await response.json() as { code?: string; message?: string };
  return { status: response.status, code: answer.code, message: answer.message };
}

/** Resends what could not be stored, as trackers do. */
export async function postUntilStored(target: Target, path: string, body: string): Promise<void> {
  const attempts = 5;
  let reply: Reply | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    reply = await post(target, path, body);
    if (reply.status === 200) return;
    if (reply.status < 500 && reply.status !== 429) break;
  }
  throw new Error(`the collector answered ${reply?.status} (${reply?.code}: ${reply?.message}) to good events`);
}
