/** Plain HTTP, as a page or a script would send it. */

export interface Reply {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
}

export async function post(url: string, body: string | Buffer): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
  const answer = await response.json() as { code?: string; message?: string };
  return { status: response.status, code: answer.code, message: answer.message };
}

/** Resends what could not be stored, as trackers do. */
export async function postUntilStored(url: string, body: string): Promise<void> {
  const attempts = 5;
  let reply: Reply | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    reply = await post(url, body);
    if (reply.status === 200) return;
    if (reply.status < 500 && reply.status !== 429) break;
  }
  throw new Error(`the collector answered ${reply?.status} (${reply?.code}: ${reply?.message}) to good events`);
}
