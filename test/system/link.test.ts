// A file system without hard links, as vfat: a second name becomes a copy. What link(2) answers there is put in its place, as no
// such file system can be made in a test.
import fs, { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RealSystem } from '../../src/system/real-system.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const links = suite('a second name')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-links-'))
const system = new RealSystem('/')
const { linkSync } = fs

links.before(() => {
  fs.linkSync = () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' })
  }
  syncBuiltinESMExports()
})
links.after(() => {
  fs.linkSync = linkSync
  syncBuiltinESMExports()
  rmSync(folder, { recursive: true })
})

testIf(links, needsRoot(), 'a copy has the content, owner and mode of the file', () => {
  const [file, name] = [join(folder, 'file'), join(folder, 'name')]
  system.writeNew(file, 'text\n', { mode: 0o640, uid: 7, gid: 8 })
  system.link(file, name)
  const { mode, uid, gid, nlink } = lstatSync(name)
  assert.equal([mode & 0o7777, uid, gid, nlink, readFileSync(name, 'utf8')], [0o640, 7, 8, 1, 'text\n'])
  assert.throws(() => system.link(file, name), /EEXIST/)
})

links('a link stays a link', () => {
  const [link, name] = [join(folder, 'link'), join(folder, 'other')]
  system.symlink('nowhere', link)
  system.link(link, name)
  assert.is(readlinkSync(name), 'nowhere')
})

links.run()
