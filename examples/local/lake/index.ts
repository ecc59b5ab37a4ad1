/** The door to the lake: what other rooms and the tests use of it. */
export { countQuery, type TableCounts } from './counts';
export { Lake } from './lake';
export { LakeQueryError } from './lake-server';
