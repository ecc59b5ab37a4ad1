/**
 * For every process of the local run: a group of its own, which the terminal's Ctrl-C does not reach, so that we decide when each one ends.
 * Each ends by itself when we do, because its standard input or its IPC channel ends with us.
 */
export const OUT_OF_CTRL_C = { detached: true } as const;
