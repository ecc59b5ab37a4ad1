/** The paths of what the set-up has installed: paths.mjs fills it. */
export interface Toolchain {
  readonly root: string;
  readonly python: string;
  readonly sparkSubmit: string;
  readonly jars: readonly string[];
}

/** What only the tests of the Python and Java packages use. */
export interface Bindings {
  /** A Python environment with all that the package needs. */
  readonly venv: string;
  readonly uv: string;
  /** Where Maven keeps what it has fetched. */
  readonly mavenRepository: string;
}

/** What only the tests install that emulate AWS. */
export interface AwsEmulation {
  /** Hadoop's S3A and its SDK. */
  readonly s3aJars: readonly string[];
  /** The command of the emulator of S3 and other services. */
  readonly ministack: string;
}
