// Two controllers have changed the records of a fleet: what each has said stays, and what both have changed is named.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { differences } from '../../src/modules/fleet/release/fleet-diff.ts'
import { mergeLayers, type Side } from '../../src/modules/fleet/release/merge.ts'
import type { Layers } from '../../src/modules/fleet/release/records.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'
import { layer } from './host.ts'

const tests = suite('records of two controllers')

type Sshd = Record<string, string>

/** All say the same of the files and the group; of sshd and note what a test says. */
function side(sshd: Sshd | undefined, note?: string, file?: string): Layers {
  const records = {
    ...(sshd === undefined ? {} : { sshd: ['service', sshd] as const }),
    ...(note === undefined ? {} : { note: [note] as const }),
  }
  const files = file === undefined ? {} : { 'templates-custom/etc/hosts/50': file }
  return new Map([
    ['all', layer('all', { configuration: records }, files)],
    ['group/web', layer('group web', { configuration: { httpd: ['service', { KeepAlive: 'on' }] } })],
  ])
}

const merged = (base: Layers, mine: Layers, theirs: Layers, preferred: Side = 'mine') =>
  mergeLayers({ base, mine, theirs }, preferred)

const base = side({ TCPPort: '22', MaxAuthTries: '6' }, 'one', 'a\n')

tests('what only one side has changed, added or removed is taken from it', () => {
  const mine = side({ TCPPort: '2222', MaxAuthTries: '6', LoginGraceTime: '30' }, 'one', 'mine\n')
  const theirs = side({ TCPPort: '22' }, 'two', 'a\n')
  const { layers, conflicts } = merged(base, mine, theirs)
  assert.equal(conflicts, [])
  assert.equal(layers, side({ TCPPort: '2222', LoginGraceTime: '30' }, 'two', 'mine\n'))
})

tests('the same change on both sides is none that differs', () => {
  const both = side({ TCPPort: '2222' }, 'two')
  assert.equal(merged(base, both, both), { layers: both, conflicts: [] })
})

tests('what both have changed in different ways is named, down to the property or the file', () => {
  const mine = side({ TCPPort: '2222', MaxAuthTries: '6' }, 'mine', 'mine\n')
  const theirs = side({ TCPPort: '2200', MaxAuthTries: '3' }, 'theirs', 'theirs\n')
  const { layers, conflicts } = merged(base, mine, theirs)
  assert.equal(conflicts, [
    'all: configuration note',
    'all: configuration sshd TCPPort',
    'all: /etc/gabarit/templates-custom/etc/hosts/50',
  ])
  assert.equal(layers, side({ TCPPort: '2222', MaxAuthTries: '3' }, 'mine', 'mine\n'))
  const other = side({ TCPPort: '2200', MaxAuthTries: '3' }, 'theirs', 'theirs\n')
  assert.equal(merged(base, mine, theirs, 'theirs').layers, other)
})

tests('a record that one side has removed and the other has changed is named as a whole', () => {
  const changed = side({ TCPPort: '2222', MaxAuthTries: '6' }, 'one', 'a\n')
  const removed = side(undefined, 'one', 'a\n')
  assert.equal(merged(base, changed, removed).conflicts, ['all: configuration sshd'])
  assert.equal(merged(base, changed, removed).layers, changed)
  assert.equal(merged(base, removed, changed).layers, removed)
  assert.equal(merged(base, base, removed), { layers: removed, conflicts: [] })
})

tests('without a base, all that both have and that differs is named', () => {
  const { layers, conflicts } = merged(new Map(), side({ TCPPort: '2222' }), side({ TCPPort: '22', Port: '1' }))
  assert.equal(conflicts, ['all: configuration sshd TCPPort'])
  assert.equal(layers, side({ Port: '1', TCPPort: '2222' }))
})

/** Counts how often somebody goes through all layers. */
class CountedLayers extends Map<string, ReturnType<typeof layer>> {
  rounds = 0

  override values() {
    this.rounds++
    return super.values()
  }
}

tests('what differs for a thousand hosts is told without a look at all of them for each, with secrets hidden', () => {
  const backup = (host: number) => ({ backup: ['service', { Passphrase: `secret ${host}`, Keep: '7' }] as const })
  const hosts = Array.from({ length: 1000 }, (_, host) => {
    const own = { configuration: { ...backup(host), [`note${host}`]: ['note', { Text: 'a' }] as const } }
    return [`host/h${host}`, layer(`host h${host}`, own)] as const
  })
  const after = new CountedLayers(hosts)
  const found = differences(new Map(), after, findPlaces(PROJECT, {}, '/nowhere'))
  assert.is(found.length, 1000)
  assert.not.match(JSON.stringify(found), /secret \d/)
  assert.ok(after.rounds <= 2, `${after.rounds} rounds`)
})

tests.run()
