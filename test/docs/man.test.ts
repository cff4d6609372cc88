// The manual pages, as man, whatis and apropos read them.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { manualPages } from '../../scripts/man/pages.ts'
import { OPTIONS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMAND_GROUPS } from '../../src/cli/table.ts'
import { describeDatabase, describedDatabases } from '../../src/db/describe.ts'
import { findPlaces } from '../../src/system/places.ts'
import { COMMON_OPTIONS } from '../../src/terminal/command.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { textOf } from './markdown.ts'

const man = suite('man')
const missing = needsCommands('man', 'mandb')
const box = new Sandbox()
const folder = join(box.root, 'man')
const pages = manualPages(PROJECT, '1750000000')
const shown = new Map<string, string>()

man.before(() => {
  for (const [path, text] of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})
man.after(() => box.remove())

/** Runs one of man's programs, wide enough that no line of an example is broken. */
function run(program: string, ...args: readonly string[]) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '250', MAN_KEEP_FORMATTING: '', GROFF_NO_SGR: '1' }
  return spawnSync(program, args, { env, encoding: 'utf8' })
}

/** What man prints of a page. */
function textOfPage(path: string): string {
  const known = shown.get(path)
  if (known !== undefined) return known
  const { stdout, stderr, status } = run('man', '--warnings', '-E', 'UTF-8', '-l', join(folder, path))
  assert.is(stderr, '', path)
  assert.is(status, 0, path)
  shown.set(path, stdout)
  return stdout
}

function hasAll(path: string, words: Iterable<string>): void {
  const text = textOfPage(path)
  assert.equal(
    [...words].filter(word => !text.includes(word)),
    [],
    path,
  )
}

testIf(man, missing, 'no page has a warning, also in the C locale, and each has its sections', () => {
  for (const path of pages.keys()) {
    textOfPage(path)
    const inC = run('man', '--warnings', '-E', 'ascii', '-l', join(folder, path))
    if (!path.startsWith('fr/')) assert.is(inC.stderr, '', path)
  }
  const sections = [
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'OPTIONS',
    'EXAMPLES',
    'EXIT STATUS',
    'FILES',
    'ENVIRONMENT',
    'SEE ALSO',
  ]
  for (const path of pages.keys())
    if (path.startsWith('man8/'))
      hasAll(
        path,
        sections.map(name => `\n${name}\n`),
      )
})

testIf(man, missing, 'every option, verb and example is there as it is typed', () => {
  for (const command of COMMAND_GROUPS.flatMap(({ commands }) => commands)) {
    const name = ['expand-template', 'signal-event'].includes(command.name) ? command.name : `gabarit-${command.name}`
    const all = [command, ...(command.verbs ?? [])]
    const options = [...COMMON_OPTIONS, ...all.flatMap(({ options = [] }) => options)]
    const words = options.flatMap(({ name, alias, word }) =>
      [name, ...alias].map(known => (word === undefined ? `--${known}` : `--${known} ${word}`)),
    )
    assert.not.ok(
      words.find(word => word.endsWith(' VALUE')),
      `${name}: help names the kind of each value`,
    )
    const typed = all.flatMap(({ examples }) => examples.map(([example]) => example))
    hasAll(`man8/${name}.8`, [...words, ...typed, ...(command.verbs ?? []).map(verb => verb.name)])
  }
  for (const program of ['db', 'config'])
    hasAll(`man8/${program}.8`, [
      ...OPTIONS.map(({ name }) => `--${name}`),
      ...Object.entries(VERBS).flatMap(([name, verb]) => [`${name} ${verb.arguments}`.trimEnd(), verb.example]),
    ])
})

testIf(man, missing, 'code of the document about fragments is there to the letter', () => {
  const document = textOf('docs/reference/fragments.md')
  const code = [...document.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, text = '']) => text.split('\n'))
  hasAll(
    'man5/gabarit-fragments.5',
    code.map(line => line.trim()),
  )
  assert.not.match(textOfPage('man5/gabarit-fragments.5'), /\]\(|\|---/)
})

testIf(man, missing, 'every property is described in both languages', () => {
  const places = { ...findPlaces(PROJECT, {}, '/nowhere'), root: '/' }
  const properties = describedDatabases(places).flatMap(name => {
    const database = describeDatabase(places, name)
    const maps = database === undefined ? [] : [database.types, database.families, database.records]
    return maps.flatMap(records => [...records.values()]).flatMap(record => [...record.properties])
  })
  assert.ok(properties.length > 200)
  const plain = (text: string) => text.replaceAll('`', '').replaceAll('…', '...').replace(/\s+/g, ' ')
  for (const [path, language] of [
    ['man5/gabarit-properties.5', 'en'],
    ['fr/man5/gabarit-properties.5', 'fr'],
  ] as const) {
    const text = plain(textOfPage(path))
    const lacking = properties.filter(
      ([name, { description }]) => !text.includes(name) || !text.includes(plain(description?.[language] ?? '')),
    )
    assert.equal(
      lacking.map(([name]) => name),
      [],
      path,
    )
  }
})

testIf(man, missing, 'what is around the texts of properties is in French too', () => {
  const FRAME = [
    ['DATABASE CONFIGURATION', 'BASE DE DONNÉES CONFIGURATION'],
    ['records of type', 'enregistrements de type'],
    ['records whose key begins with', 'enregistrements dont la clé commence par'],
    ['the key of a record', "la clé d'un enregistrement"],
    [', default ', ', par défaut '],
    ['of the form', 'de la forme'],
    ['at least', 'au moins'],
    ['at most', 'au plus'],
    ['several, separated by', 'plusieurs, séparés par'],
    ['rule:', 'règle :'],
  ] as const
  hasAll(
    'man5/gabarit-properties.5',
    FRAME.map(([english]) => english),
  )
  hasAll('fr/man5/gabarit-properties.5', ['NOM', ...FRAME.map(([, french]) => french)])
  for (const [english] of FRAME) assert.not.match(textOfPage('fr/man5/gabarit-properties.5'), english)
})

testIf(man, missing, 'whatis and apropos find the pages', () => {
  assert.is(run('mandb', '--quiet', '--create', folder).stderr, '')
  const names = [...pages.keys()]
    .filter(path => !path.startsWith('fr/'))
    .map(path => path.replace(/.*\/(.*)\.\d$/, '$1'))
  const found = run('whatis', '-M', folder, '--long', ...names).stdout
  for (const name of names) assert.match(found, new RegExp(`^${name} \\([58]\\) +- \\S`, 'm'))
  assert.match(run('apropos', '-M', folder, '--long', 'reverse proxy').stdout, /^gabarit-proxy \(8\)/m)
  assert.match(run('lexgrog', join(folder, 'fr/man5/gabarit-properties.5')).stdout, /les propriétés de toutes/)
})

man('pages depend on no clock', () => {
  assert.equal(manualPages(PROJECT, '1750000000'), pages)
  assert.match(pages.get('man8/gabarit.8') ?? '', /^\.TH "GABARIT" 8 "2025\\-06\\-15" "gabarit /)
  const undated = manualPages(PROJECT, undefined).get('man8/gabarit.8') ?? ''
  const released = /^## \S+ \((\d{4}-\d\d-\d\d)\)$/m.exec(textOf('CHANGELOG.md'))?.[1] ?? ''
  assert.ok(undated.startsWith(`.TH "GABARIT" 8 "${released.replaceAll('-', '\\-')}" `))
})

man.run()
