/**
 * Puts a process of the local run into a group of its own, which the terminal's Ctrl-C does not reach: the local run
 * decides when each one ends. Each ends by itself with it, because its standard input or its IPC channel ends then.
 */
export const OUT_OF_CTRL_C = { detached: true } as const;
