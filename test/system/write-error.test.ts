import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeFailure } from '../../src/commit/commit.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'

const errors = suite('errors of writing')

errors('name the file that was to be written, not the temporary one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'write-error-'))
  const path = join(folder, 'list.json')
  mkdirSync(path)
  const state = new State(folder, new RealFiles())
  for (const write of [() => state.write('list.json', 'x'), () => state.writeShared('list.json', 'x')]) {
    try {
      write()
      assert.unreachable()
    } catch (error) {
      assert.is(writeFailure(error).where, path)
    }
    assert.equal(readdirSync(folder), ['list.json'])
  }
  rmSync(folder, { recursive: true })
})

errors.run()
