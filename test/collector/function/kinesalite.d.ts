/** The part of the Kinesis emulator that the tests use; it ships no types. */
declare module 'kinesalite' {
  import { Server } from 'http';

  interface Options { readonly createStreamMs?: number; readonly shardLimit?: number }

  export default function kinesalite(options: Options): Server;
}
