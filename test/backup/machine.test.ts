// What is different on every machine: found in the records of an archive, and replaced by what this machine has.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Descriptions } from '../../src/db/describe.ts'
import { makeRecord, type Records, sortedMap } from '../../src/db/record.ts'
import { isHere, namedIn } from '../../src/modules/backup/machine.ts'
import { formerName, missingHere, replaceIn, replacements, withFullName } from '../../src/modules/backup/stand-ins.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'

const machine = suite('another machine')
const descriptions = new Descriptions(findPlaces(PROJECT, { GABARIT_ROOT: '/nowhere' }))
const former = { name: 'gate', interfaces: ['eth0'], addresses: ['192.0.2.7', 'fe80::7'] }
const here = { name: 'fresh', interfaces: ['ens18', 'ppp0'], addresses: ['192.0.2.8'] }

const records = (...all: Parameters<typeof makeRecord>[]): Records =>
  sortedMap(all.map(([key, type, properties]) => [key, makeRecord(key, type, properties)] as const))

const databases = new Map([
  [
    'configuration',
    records(
      ['DomainName', 'example.org'],
      ['LocalIP', '10.0.0.1'],
      ['SystemName', 'gate'],
      ['firewall', 'service', [['ExternalInterface', 'eth0']]],
      ['openvpn', 'service', [['remoteHost', 'gate.example.org']]],
      ['shop', 'service', [['Listen', '192.0.2.7']]],
    ),
  ],
  [
    'hosts',
    records(
      ['gate.example.org', 'host', [['HostType', 'Self']]],
      ['printer.example.org', 'host', [['InternalIP', '10.0.0.9']]],
    ),
  ],
])
const named = namedIn(databases, descriptions, former)

machine('interfaces, its own addresses and its name are found', () => {
  assert.equal(
    named.map(({ kind, where, value }) => `${kind}: ${where}=${value}`),
    [
      'address: configuration LocalIP=10.0.0.1',
      'name: configuration SystemName=gate',
      'interface: configuration firewall ExternalInterface=eth0',
      'address: configuration shop Listen=192.0.2.7',
    ],
  )
  assert.is(namedIn(databases, descriptions, undefined).length, 3)
})

machine('what is here, was named, or shall stay is not asked for', () => {
  const values = (replace: string) => missingHere(named, replacements(replace), here).map(({ value }) => value)
  assert.equal(values(''), ['10.0.0.1', 'eth0', '192.0.2.7'])
  assert.equal(values('eth0=ens18,192.0.2.7=192.0.2.8'), ['10.0.0.1'])
  assert.equal(values('eth0=ens19,10.0.0.1=10.0.0.1,192.0.2.7=192.0.2.8'), ['eth0'])
  assert.is(formerName(named, new Map(), here)?.value, 'gate')
  assert.is(formerName(named, new Map([['gate', 'gate']]), here), undefined)
  assert.ok(isHere({ kind: 'interface', value: 'ppp+' }, here))
})

machine('with another name, the full name is another one, in values and keys', () => {
  const pairs = withFullName(replacements('gate=fresh,eth0=ens18'), databases.get('configuration'))
  const found = replaceIn(databases, pairs)
  assert.is(found.get('configuration')?.get('SystemName')?.type, 'fresh')
  assert.is(found.get('configuration')?.get('openvpn')?.properties.get('remoteHost'), 'fresh.example.org')
  assert.equal([...(found.get('hosts')?.keys() ?? [])], ['fresh.example.org', 'printer.example.org'])
  const taken = new Map([['hosts', records(['a', 'host'], ['b', 'host', [['HostType', 'Self']]])]])
  assert.equal(
    [
      ...(replaceIn(taken, new Map([['a', 'b']]))
        .get('hosts')
        ?.keys() ?? []),
    ],
    ['a', 'b'],
  )
})

machine.run()
