/** The part of the collector's run-time code that synthesis uses; a lint rule keeps the rest of this folder apart. */
export { ADDRESS_HEADER, HOST_HEADER, SECRET_HEADER } from './cloud-front';
export { COOKIE_DOMAIN } from './cookie';
export { RETRY_AFTER_SECONDS } from './limits';
export { isSecretHeader } from './hook-headers';
export { ORIGIN_PATTERN } from './origins';
export { normalisePath } from './request';
export { isUsableKey } from './write-key';
export { isServed } from './route';
