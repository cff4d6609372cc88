import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src/base/sha256.ts'
import { copyFragment } from '../../src/customize/custom-fragment.ts'
import { keepOverride } from '../../src/customize/merge.ts'
import { rememberOverrides } from '../../src/override/stale.ts'
import { findOverrides, type Override } from '../../src/override/state.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { findTemplate, searchList } from '../../src/template/tree.ts'
import { Engine, failureOf } from '../support/engine.ts'

/** An engine with one shipped template and what its overrides are. */
class Site extends Engine {
  constructor() {
    super()
    this.template('etc/hosts', { '10localhost': '127.0.0.1 localhost\n', '30Hosts': 'first version\n' })
  }

  readonly system = new RealSystem(this.places.root)

  get layers() {
    return searchList(this.places)
  }

  overrides(): Override[] {
    return findOverrides(this.places, this.layers)
  }

  /** The state of each override by its id. */
  states(): Record<string, string> {
    return Object.fromEntries(this.overrides().map(({ id, state }) => [id, state]))
  }

  state(id = 'templates/etc/hosts/30Hosts'): string | undefined {
    return this.states()[id]
  }

  remember(): void {
    rememberOverrides(this.places, this.layers, message => this.warnings.push(message))
    assert.equal(this.warnings, [])
  }

  custom(text: string): string {
    return this.site('templates-custom/etc/hosts/30Hosts', text)
  }

  upgrade(text: string): string {
    return this.ship('templates/etc/hosts/30Hosts', text)
  }

  /** What `npm run fragment-versions` writes. */
  versions(...texts: string[]): void {
    const lines = texts.map(text => `${sha256(text)}  etc/hosts/30Hosts\n`)
    this.ship('templates/.versions.sha256', lines.join(''))
  }
}

const states = suite('states of overrides')
let site: Site
states.before.each(() => {
  site = new Site()
})
states.after.each(() => site.remove())

states('a fragment under a name of its own is new; it is stale once such a name is shipped', () => {
  site.site('templates-custom/etc/hosts/45Mine', 'mine\n')
  assert.equal(site.states(), { 'templates/etc/hosts/45Mine': 'new' })
  site.remember()
  assert.is(site.state('templates/etc/hosts/45Mine'), 'new')
  site.ship('templates/etc/hosts/45Mine', 'shipped\n')
  assert.is(site.state('templates/etc/hosts/45Mine'), 'stale')
})

states('an edited copy made by hand is judged from the day it was first seen', () => {
  site.custom('mine\n')
  assert.is(site.state(), 'unknown base')
  site.remember()
  assert.is(site.state(), 'in step')
  site.upgrade('second version\n')
  assert.is(site.state(), 'stale')
  site.remember()
  assert.is(site.state(), 'stale', 'seeing it again is no reason to be content')
  site.upgrade('first version\n')
  assert.is(site.state(), 'in step')
})

states('a byte-exact copy of a version that we shipped tells its base by itself', () => {
  site.versions('first version\n', 'second version\n')
  site.custom('first version\n')
  site.upgrade('second version\n')
  const [override] = site.overrides()
  assert.is(override?.state, 'stale')
  assert.is(override?.unchangedCopy, true)
  assert.is(override?.base?.origin, 'copy')
  site.custom('second version\n')
  assert.is(site.state(), 'in step')
})

states('a copy seen and then edited keeps the version it was copied from as its base', () => {
  site.versions('first version\n', 'second version\n')
  site.custom('first version\n')
  site.upgrade('second version\n')
  site.remember()
  site.custom('first version\nand mine\n')
  assert.is(site.state(), 'stale')
})

states('a copy by gabarit customize knows its base at once', () => {
  const template = findTemplate(site.layers, '/etc/hosts')
  const fragment = template?.fragments.find(({ name }) => name === '30Hosts')
  assert.ok(template && fragment)
  const own = copyFragment(site.places, site.system, template, fragment)
  site.custom('mine\n')
  site.upgrade('second version\n')
  assert.is(site.overrides()[0]?.file, own)
  assert.is(site.state(), 'stale')
})

states('what the administrator keeps is in step until the shipped fragment moves again', () => {
  site.versions('first version\n', 'second version\n')
  site.custom('first version\n')
  site.upgrade('second version\n')
  const [override] = site.overrides()
  assert.ok(override)
  keepOverride(site.places, site.system, override)
  assert.is(site.state(), 'in step')
  site.remember()
  assert.is(site.state(), 'in step', 'being a copy of an old version says less than the administrator does')
  site.upgrade('third version\n')
  assert.is(site.state(), 'stale')
})

states('an empty fragment switches off, whatever becomes of the shipped one', () => {
  site.custom('')
  assert.is(site.state(), 'switches off')
  site.remember()
  site.upgrade('second version\n')
  assert.is(site.state(), 'switches off')
  site.remember()
  site.custom('filled from the second version\n')
  assert.is(site.state(), 'in step')
})

states('a fragment whose shipped one is gone shadows nothing any more', () => {
  site.custom('mine\n')
  site.remember()
  rmSync(join(site.places.shipped, 'templates/etc/hosts/30Hosts'))
  assert.is(site.state(), 'shadows nothing any more')
  const [override] = site.overrides()
  assert.ok(override)
  keepOverride(site.places, site.system, override)
  assert.is(site.state(), 'new')
})

states('also one never seen before, when its name is in the list of what we shipped', () => {
  site.versions('first version\n')
  site.custom('mine\n')
  rmSync(join(site.places.shipped, 'templates/etc/hosts/30Hosts'))
  site.remember()
  assert.is(site.state(), 'shadows nothing any more')
})

states('metadata is stale only when a key changed that it overrides', () => {
  const ship = (data: object) => site.ship('templates/etc/hosts/template.json', JSON.stringify(data))
  ship({ mode: '0644', comment: '#' })
  site.site('templates-custom/etc/hosts/template.json', JSON.stringify({ mode: '0600' }))
  site.remember()
  ship({ mode: '0644', comment: 'none', notify: ['named:reload'] })
  assert.is(site.state('templates/etc/hosts/template.json'), 'in step')
  ship({ mode: '0640', comment: 'none' })
  assert.is(site.state('templates/etc/hosts/template.json'), 'stale')
})

states('the site’s descriptions and events are listed as well', () => {
  const ship = (minimum: number) =>
    site.ship('db/configuration/x.json', JSON.stringify({ properties: { a: { minimum, maximum: 9 }, b: {} } }))
  ship(1)
  site.site('db/configuration/x.json', JSON.stringify({ properties: { a: { maximum: 5 } } }))
  chmodSync(site.ship('events/go/S10work', '#!/bin/sh\n'), 0o755)
  chmodSync(site.site('events/go/S10work', '#!/bin/sh\ntrue\n'), 0o644)
  site.site('events/go/templates2expand/etc/hosts', '')
  mkdirSync(join(site.places.site, 'events/go/services2adjust'), { recursive: true })
  symlinkSync('restart', join(site.places.site, 'events/go/services2adjust/named'))
  site.remember()
  ship(2)
  assert.equal(site.states(), {
    'db/configuration/x.json': 'in step',
    'events/go/S10work': 'switches off',
    'events/go/services2adjust/named': 'new',
  })
})

states('a single file over a folder of fragments is stale when any of them changes', () => {
  site.site('templates-custom/etc/hosts', 'all mine\n')
  site.remember()
  assert.equal(site.states(), { 'templates/etc/hosts': 'in step' })
  site.upgrade('second version\n')
  assert.equal(site.states(), { 'templates/etc/hosts': 'stale' })
})

states('what is not in force is not listed: backups, and a copy behind the site’s own', () => {
  site.custom('mine\n')
  site.site('templates-custom/etc/hosts/30Hosts.orig', 'old\n')
  site.site('templates-custom/README', 'text\n')
  site.site('templates-custom/.git/config', 'text\n')
  symlinkSync('..', join(site.places.site, 'templates-custom/etc/circle'))
  site.ship('templates-custom/etc/hosts/30Hosts', 'of the checkout\n')
  assert.equal(
    site.overrides().map(({ file }) => file),
    [join(site.places.site, 'templates-custom/etc/hosts/30Hosts')],
  )
})

states('a damaged overrides.json is refused, not taken for an empty one', () => {
  site.custom('mine\n')
  for (const text of ['', '{"bases": 1}', '{"bases": {"x": {"sha256": "zz", "origin": "seen"}}}', 'null']) {
    site.write('/var/lib/gabarit/overrides.json', text)
    const failure = failureOf(() => site.overrides())
    assert.is(failure.status, 3)
    assert.match(failure.describe(), /overrides\.json: the list of override bases is damaged/)
  }
})

states('remembering writes only when there is something new', () => {
  site.custom('mine\n')
  site.remember()
  const written = site.read('/var/lib/gabarit/overrides.json')
  site.upgrade('second version\n')
  site.remember()
  assert.is(site.read('/var/lib/gabarit/overrides.json'), written)
})

states.run()
