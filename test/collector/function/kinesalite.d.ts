/** The part of the Kinesis emulator that the tests use; it ships no types. */
declare module 'kinesalite' {
  import { Server } from 'http';

  export default function kinesalite(options: { readonly createStreamMs?: number; readonly shardLimit?: number }): Server;
}
