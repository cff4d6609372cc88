import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeFailure } from '../../src/commit/commit.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'

const errors = suite('errors of writing')

/** Whose temporary file is gone before it is renamed. */
class Losing extends RealFiles {
  override rename(from: string, to: string): void {
    rmSync(from)
    super.rename(from, to)
  }
}

errors('name the file that was to be written, not the temporary one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'write-error-'))
  const path = join(folder, 'list.json')
  const refused = (write: () => void, left: readonly string[]) => {
    try {
      write()
      assert.unreachable()
    } catch (error) {
      assert.is(writeFailure(error).where, path)
    }
    assert.equal(readdirSync(folder), left)
  }
  const losing = new State(folder, new Losing())
  refused(() => losing.write('list.json', 'x'), [])
  mkdirSync(path)
  const state = new State(folder, new RealFiles())
  refused(() => state.writeShared('list.json', 'x'), ['list.json'])
  rmSync(folder, { recursive: true })
})

errors.run()
