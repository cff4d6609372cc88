// A reader who follows a link arrives: in the documents, and in what the programs, templates and scripts name.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROJECT } from '../support/sandbox.ts'
import { anchorsOf, listDocuments, textOf } from './markdown.ts'

const links = suite('links')
const documents = listDocuments()

for (const name of documents)
  links(`of ${name} lead to files and headings that exist`, () => {
    const found = [...textOf(name).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    const broken = found.filter(([, file = '', anchor]) => {
      const path = file === '' ? name : join(dirname(name), decodeURI(file))
      if (!existsSync(join(PROJECT, path))) return true
      return anchor !== undefined && !anchorsOf(textOf(path)).includes(anchor)
    })
    assert.equal(
      broken.map(([link]) => link),
      [],
    )
  })

links('lead to every document from the index', () => {
  const seen = new Set<string>()
  const waiting = ['README.md']
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    for (const [, file = ''] of textOf(name).matchAll(/\]\((?!https?:)([^)#\s]+\.md)(?:#[^)\s]+)?\)/g))
      waiting.push(join(dirname(name), decodeURI(file)))
  }
  assert.equal(
    documents.filter(name => !seen.has(name)),
    [],
  )
})

links('to pictures: each is shown, and none is larger than 100 kB', () => {
  const text = documents.map(textOf).join('')
  for (const name of readdirSync(join(PROJECT, 'docs/pictures'))) {
    assert.match(text, `pictures/${name})`)
    assert.ok(statSync(join(PROJECT, 'docs/pictures', name)).size <= 100_000, name)
  }
})

links('to documents in sources, templates and scripts exist', () => {
  const folders = [
    'bench',
    'bin',
    'checkers',
    'db',
    'events',
    'perl',
    'scripts',
    'services',
    'src',
    'templates',
    'test',
  ]
  const named = folders.flatMap(folder =>
    readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .flatMap(entry => {
        const file = join(entry.parentPath, entry.name).slice(PROJECT.length + 1)
        const paths = textOf(file).matchAll(/(?<![\w./])docs\/[\w./-]*\.md|(?<![\w./])(?:README|CHANGELOG)\.md/g)
        return [...paths].map(([path]) => ({ file, path }))
      }),
  )
  assert.ok(named.length > 5, `${named.length} found`)
  assert.equal(
    named.filter(({ path }) => !existsSync(join(PROJECT, path))),
    [],
  )
})

links.run()
