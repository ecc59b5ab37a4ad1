import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

/**
 * A folder that is gone after the tests of the file or block that asks for it.
 *
 * @param stop ends whatever still writes there; a hook of its own would run after the one that removes the folder
 */
export function temporaryFolder(prefix: string, stop?: () => unknown): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  afterAll(async () => {
    await stop?.();
    rmSync(folder, { recursive: true });
  });
  return folder;
}
