import { join } from 'node:path'
import { type Finding, findingsOf } from '../base/finding.ts'
import { entriesIn } from '../system/read-files.ts'
import { compileFragment } from './fragment.ts'
import { readMetadata } from './metadata.ts'
import { findTemplate, type Layer, listTemplates, refuseUnsafeTemplate } from './tree.ts'

/** Finds fragments that do not parse or that others can write to, malformed metadata, and backups among fragments. */
export function lintTemplates(layers: readonly Layer[]): Finding[] {
  return listTemplates(layers).flatMap(name => lintTemplate(layers, name))
}

function lintTemplate(layers: readonly Layer[], name: string): Finding[] {
  const files = findTemplate(layers, name)
  if (files === undefined) return []
  return [
    ...files.warnings.map((message): Finding => ({ level: 'warning', message })),
    ...findingsOf(() => refuseUnsafeTemplate(layers, files)),
    ...findingsOf(() => readMetadata(files.metadata)),
    ...files.fragments.flatMap(({ file }) => findingsOf(() => compileFragment(file))),
    ...subTemplates(layers, name).flatMap(sub => lintTemplate(layers, sub)),
  ]
}

function subTemplates(layers: readonly Layer[], name: string): string[] {
  const names = layers.flatMap(({ folder }) =>
    entriesIn(join(folder, name)).flatMap(entry => (entry.isDirectory() ? [`${name}/${entry.name}`] : [])),
  )
  return [...new Set(names)]
}
