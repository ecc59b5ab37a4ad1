import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { ROOT, toolchain } from '../../support/set-up';

const SETUP = join(ROOT, 'examples', 'local', 'setup');

const CODE = `
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from resolve_jars import differences, listed_hashes
listing = Path(sys.argv[2]).read_text()
print("\\n".join(differences([Path(jar) for jar in sys.argv[3:]], listed_hashes(listing))))
`;

function differences(listing: string, jars: readonly string[]): string[] {
  const printed = execFileSync(toolchain().python, ['-c', CODE, SETUP, listing, ...jars], { encoding: 'utf8' });
  return printed.split('\n').filter(line => line !== '');
}

test('the jars of the local run are those of the committed list', () => {
  const { jars } = toolchain();
  expect(jars.length).toBeGreaterThan(0);
  expect(differences(join(SETUP, 'jars.sha256'), jars)).toEqual([]);
});

test('a jar that is other than listed, missing or unknown is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jars-'));
  try {
    const [changed, unknown, listing] = ['changed.jar', 'unknown.jar', 'list'].map(name => join(folder, name));
    writeFileSync(changed, 'changed');
    writeFileSync(unknown, 'unknown');
    writeFileSync(listing, `${'0'.repeat(64)}  changed.jar\n${'1'.repeat(64)}  missing.jar\n`);
    expect(differences(listing, [changed, unknown])).toEqual([
      expect.stringMatching(/^changed\.jar: SHA-256 is [0-9a-f]{64}, jars\.sha256 says 0{64}$/),
      expect.stringMatching(/^missing\.jar: SHA-256 is missing, jars\.sha256 says 1{64}$/),
      expect.stringMatching(/^unknown\.jar: SHA-256 is [0-9a-f]{64}, jars\.sha256 says nothing$/),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the installer of the Python environment is pinned by hash', () => {
  const lines = readFileSync(join(SETUP, 'uv-requirements.txt'), 'utf8').split('\n');
  const [pin, ...hashes] = lines.filter(line => line !== '' && !line.startsWith('#'));
  expect(pin).toMatch(/^uv==[0-9.]+ \\$/);
  expect(hashes.length).toBeGreaterThan(10);
  expect(hashes.filter(line => !line.includes('--hash=sha256:'))).toEqual([]);
});
