/** The part of the collector's run-time code that synthesis uses; a lint rule keeps the rest of this folder apart. */
export { COOKIE_DOMAIN } from './cookie';
export { RETRY_AFTER_SECONDS } from './limits';
export { normalisePath } from './request';
export { isServed } from './route';
