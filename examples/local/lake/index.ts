/** The door to the lake: what other rooms and the tests use of it. */
export { countQuery, type TableCounts } from './counts';
export { Lake, LakeQueryError } from './lake';
