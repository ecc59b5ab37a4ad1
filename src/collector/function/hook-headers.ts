/** Headers that the preprocess hook always sees. */
export const HOOK_HEADERS: readonly string[] = [
  'accept-language', 'content-type', 'dnt', 'origin', 'referer', 'sec-ch-ua', 'sec-ch-ua-mobile', 'sec-ch-ua-platform',
  'sec-gpc', 'sp-anonymous', 'user-agent',
];

/** Words in the names of headers that hold a key, a session or an address. */
const SECRET_WORDS = [
  'auth', 'cookie', 'key', 'token', 'secret', 'forwarded', 'client-ip', 'real-ip', 'connecting-ip',
  'clickstream-address',
];

/** Whether a header must never reach the hook, which may store or log what it sees. */
export function isSecretHeader(name: string): boolean {
  return SECRET_WORDS.some(word => name.toLowerCase().includes(word));
}
