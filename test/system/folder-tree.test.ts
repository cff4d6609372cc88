import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { removeTree } from '../../src/system/folder-tree.ts'

test('a folder goes away although an orphaned program still writes into it', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'gabarit-tree-')), 'copy')
  mkdirSync(join(folder, 'private'), { recursive: true })
  const script = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); { : > private/$i; } 2>/dev/null || exit 0; done'
  const writer = spawn('sh', ['-c', script.replaceAll('private/', `${folder}/private/`)])
  const ended = new Promise(resolve => writer.once('exit', resolve))
  writer.stdout.resume()
  while (!existsSync(join(folder, 'private/500'))) await new Promise(resolve => setImmediate(resolve))
  removeTree(folder)
  await ended
  assert.not.ok(existsSync(folder))
})

test.run()
