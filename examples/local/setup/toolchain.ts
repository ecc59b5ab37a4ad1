/** The paths of what the set-up has installed: paths.mjs fills it. */
export interface Toolchain {
  readonly root: string;
  readonly python: string;
  readonly sparkSubmit: string;
  readonly jars: readonly string[];
}
