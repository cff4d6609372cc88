// The history of a certificate: which one is served.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CertificateStore } from '../../src/modules/letsencrypt/store.ts'
import { findPlaces } from '../../src/system/places.ts'
import { TestAuthority } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const history = suite('history of certificates')
const DAY = 86_400_000

testIf(history, needsCommands('openssl'), 'a chosen one is served until it nears its end, or lacks a name', () => {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-store-'))
  const issuer = new TestAuthority(join(root, 'authority'))
  const authority = {
    mode: 'production',
    directory: 'https://ca.example/dir',
    id: 'ca.example',
    bundle: undefined,
  } as const
  const time = { now: Date.now() }
  const store = new CertificateStore(findPlaces(PROJECT, {}, root), authority, { now: () => new Date(time.now) })
  /** Adds a certificate that holds for 90 days. */
  const add = (id: string, ...names: string[]) => {
    issuer.issue(names, join(root, id))
    const text = (kind: string) => readFileSync(join(root, id, `${kind}.pem`), 'utf8')
    return store.add('a.example', id, { cert: text('cert'), chain: text('chain'), key: text('privkey') })
  }
  const current = (...names: string[]) => store.current('a.example', names)?.id

  const first = add('100', 'a.example')
  add('200', 'a.example')
  assert.is(current('a.example'), '200')
  const until = store.choose(first)
  assert.ok(until !== undefined && Math.abs(until.getTime() - time.now - 67.5 * DAY) < DAY / 10)
  const third = add('300', 'a.example')
  assert.is(current('a.example'), '100', 'a newer one does not take its place')
  time.now += 67 * DAY
  assert.is(current('a.example'), '100')
  time.now += DAY
  assert.is(current('a.example'), '300', 'it has a quarter of its time left')

  store.choose(first)
  assert.is(current('a.example'), '100', 'chosen anew, it has three quarters of that')
  add('400', 'a.example', 'b.example')
  assert.is(current('a.example'), '100')
  assert.is(current('a.example', 'b.example'), '400', 'only the newest bears what is wanted now')
  assert.is(current('a.example', 'c.example'), '100', 'no other one bears it either')

  store.noteRevoked(first, 'begun')
  assert.is(current('a.example'), '400')
  store.choose(third)
  assert.is(current('a.example'), '300')
  const newest = store.newest('a.example')
  assert.is(newest?.id, '400')
  if (newest !== undefined) assert.is(store.choose(newest), undefined)
  add('500', 'a.example')
  assert.is(current('a.example'), '500', 'whoever chooses the newest has newer ones as they come')
  rmSync(root, { recursive: true })
})

history.run()
