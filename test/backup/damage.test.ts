// Archives that are cut off, altered, or not ours: refused with the place, before anything is changed.
import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { identitiesIn } from '../../src/archive/identity.ts'
import { open, seal } from '../../src/archive/sealed.ts'
import { Failure } from '../../src/base/failure.ts'
import { readArchive } from '../../src/modules/backup/read.ts'
import { must } from '../support/sandbox.ts'
import { treeState } from '../support/tree-state.ts'
import { emptyMachine, onSavedServer } from './support.ts'

const { tests, step, server } = onSavedServer('a damaged backup')

const PLACES = 100
let whole: Buffer
let keys: { readonly identities: readonly string[] }

/** Why an archive is refused. */
async function refusalOf(bytes: Uint8Array): Promise<string> {
  try {
    await readArchive(bytes, keys, '/mnt/gate.tar.age')
    return 'it was accepted'
  } catch (error) {
    if (error instanceof Failure && error.status === 3) return error.describe()
    return `a bug: ${error}`
  }
}

const REFUSED =
  /^\/mnt\/gate\.tar\.age: (is (damaged or cut off: only the first \d+ bytes|not a backup)|cannot be opened)/

step('a whole one opens', async () => {
  // Several blocks of age, which are 64 kB each.
  server.write('/etc/gabarit/notes', 'x'.repeat(150_000))
  server.save()
  whole = readFileSync(server.archive)
  keys = { identities: identitiesIn(readFileSync(server.identity, 'utf8')) }
  assert.is((await readArchive(whole, keys, 'a')).contents.form, '1')
})

step(`cut off at ${PLACES} places: refused with the place`, async () => {
  for (let at = 0; at < PLACES; at++) {
    const length = Math.floor((whole.length * at) / PLACES)
    assert.match(await refusalOf(whole.subarray(0, length)), REFUSED, `${length} of ${whole.length} bytes`)
  }
  assert.match(await refusalOf(whole.subarray(0, -1)), REFUSED)
  assert.match(await refusalOf(Buffer.concat([whole, Buffer.from('x')])), REFUSED)
})

step(`one byte altered at ${PLACES} places: refused with the place`, async () => {
  for (let at = 0; at < PLACES; at++) {
    const altered = Buffer.from(whole)
    const place = Math.floor((whole.length * (at + 0.5)) / PLACES)
    altered[place] = (altered[place] ?? 0) ^ 1
    assert.match(await refusalOf(altered), REFUSED, `byte ${place}`)
  }
})

step('another key, another file: refused, and nothing is changed', () => {
  const machine = emptyMachine()
  const before = treeState(machine.root)
  const other = `${server.identity}.other`
  must(['age-keygen', '-o', other])
  const restore = (file: string, ...options: string[]) =>
    machine.run(['gabarit', 'backup', 'restore', file, ...options])
  assert.match(restore(server.archive, '--identity', other).stderr, 'none of the keys fits')
  writeFileSync(other, 'no key\n')
  assert.is(restore(server.archive, '--identity', other).status, 2)
  assert.match(restore('/etc/passwd', '--identity', server.identity).stderr, 'is not a backup')
  assert.match(restore('/nowhere', '--identity', server.identity).stderr, '/nowhere: cannot be read')
  const cut = `${server.archive}.cut`
  writeFileSync(cut, whole.subarray(0, 100_000))
  const { status, stderr } = restore(cut, '--identity', server.identity)
  assert.is(status, 3)
  assert.match(stderr, /only the first 65536 bytes of its content are right\n {2}Nothing was changed/)
  assert.equal(treeState(machine.root), before)
  machine.remove()
})

step('what is well encrypted, but no backup of ours', async () => {
  const [identity = ''] = keys.identities
  const entries = await open(whole, keys, 'a')
  const recipient = must(['age-keygen', '-y', server.identity]).trim()
  const sealed = async (change: (name: string, data: Buffer) => Buffer | undefined) => {
    const changed = entries.flatMap(entry => {
      const data = change(entry.name, entry.data)
      return data === undefined ? [] : [{ ...entry, data }]
    })
    return refusalOf(await seal(changed, { recipients: [recipient] }))
  }
  const manifest = (edit: (text: string) => string) =>
    sealed((name, data) => (name === 'manifest.json' ? Buffer.from(edit(data.toString('utf8'))) : data))
  assert.ok(identity.startsWith('AGE-SECRET-KEY-1'))
  assert.match(
    await sealed((name, data) => (name === 'manifest.json' ? undefined : data)),
    'does not begin with manifest.json',
  )
  assert.match(
    await sealed((name, data) => (name === 'databases/domains.json' ? undefined : data)),
    'lacks databases/domains.json',
  )
  assert.match(
    await sealed((name, data) => (name === 'files/etc/gabarit/notes' ? Buffer.from('y') : data)),
    'files/etc/gabarit/notes is not what its list of contents says',
  )
  assert.match(
    await manifest(text => text.replace('"form": "1"', '"form": "2"')),
    'has the form 2, which this version cannot read',
  )
  assert.match(
    await manifest(text => text.replace('"/etc/gabarit/notes"', '"/etc/../root/.profile"')),
    'is not an absolute path',
  )
  for (const path of ['/../etc/gabarit/notes', '/etc//gabarit/notes', '/etc/gabarit/notes/'])
    assert.match(
      await manifest(text => text.replace('"/etc/gabarit/notes"', JSON.stringify(path))),
      'is not an absolute path',
    )
  for (const path of ['/etc/gabarit/notes', '/etc/gabarit/notes/x'])
    assert.match(
      await manifest(text => text.replace('"files": [', `"files": [{"path": "${path}", "link": "/root"},`)),
      `${path} is in it twice, or below what is no folder`,
    )
  assert.match(await manifest(text => text.replace('"domains"', '"../domains"')), 'is not the name of a database')
  assert.match(await manifest(() => '{'), 'manifest.json is damaged')
})

tests.run()
