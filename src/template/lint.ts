import { join } from 'node:path'
import { type Finding, findingsOf } from '../base/finding.ts'
import { entriesIn } from '../system/read-files.ts'
import { compileFragment } from './fragment.ts'
import type { ReadsLint } from './lint-reads.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { findTemplate, type Layer, listTemplates, refuseUnsafeTemplate } from './tree.ts'

/** Finds fragments that do not parse, read what nobody knows or are writable by others; malformed metadata; backups. */
export function lintTemplates(layers: readonly Layer[], reads: ReadsLint): Finding[] {
  return listTemplates(layers).flatMap(name => lintTemplate(layers, name, reads))
}

function lintTemplate(layers: readonly Layer[], name: string, reads: ReadsLint): Finding[] {
  const files = findTemplate(layers, name)
  if (files === undefined) return []
  for (const file of files.metadata) reads.also(file)
  let language: Metadata['language']
  const malformed = findingsOf(() => {
    language = readMetadata(files.metadata).language
  })
  return [
    ...files.warnings.map((message): Finding => ({ level: 'warning', message })),
    ...findingsOf(() => refuseUnsafeTemplate(layers, files)),
    ...malformed,
    ...files.fragments.flatMap(({ file }) => lintFragment(file, language, reads)),
    ...subTemplates(layers, name).flatMap(sub => lintTemplate(layers, sub, reads)),
  ]
}

function lintFragment(file: string, language: Metadata['language'], reads: ReadsLint): Finding[] {
  let isPerl = false
  const problems = findingsOf(() => {
    isPerl = compileFragment(file, { language }).isPerl
  })
  if (isPerl) reads.also(file)
  return [...problems, ...reads.of(file)]
}

function subTemplates(layers: readonly Layer[], name: string): string[] {
  const names = layers.flatMap(({ folder }) =>
    entriesIn(join(folder, name)).flatMap(entry => (entry.isDirectory() ? [`${name}/${entry.name}`] : [])),
  )
  return [...new Set(names)]
}
