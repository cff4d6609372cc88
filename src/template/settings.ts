import { refusal } from '../base/failure.ts'
import type { Databases } from './databases.ts'
import type { Metadata } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

/** `{nginx.BaseDir}`: a property of a record of the configuration database. */
const SETTING = /\{([\w-]+)\.([\w-]+)\}/g

/** Metadata whose paths are known, and the records of `configuration` that they come from. */
export interface Settled {
  readonly metadata: Metadata
  readonly records: readonly string[]
}

/**
 * Puts settings into the paths of a template: `{RECORD.PROPERTY}` in `output`, `link`, `folders` and the words of `validate`, for
 * files whose folder is a property.
 * @throws Failure (refused) for a property that is missing, or a path that is not absolute or has ".."
 */
export function withSettings(metadata: Metadata, databases: Databases, files: TemplateFiles): Settled {
  const { output, link, validate, folders } = metadata
  const texts = [
    output ?? '',
    link?.path ?? '',
    ...(validate?.flat() ?? []),
    ...(folders ?? []).map(folder => folder.path),
  ]
  if (texts.every(text => text.search(SETTING) === -1)) return { metadata, records: [] }
  const records = new Set<string>()
  const where = files.metadata.at(-1) ?? `/${files.name}`
  const fill = (text: string) =>
    text.replace(SETTING, (_, record: string, property: string) => {
      records.add(record)
      const value = databases.get('configuration', record)?.[property]
      // A brace would be taken for a place of the record's, or for the file that is judged.
      if (value && /[{}]/.test(value))
        throw refusal(`{${record}.${property}} is ${JSON.stringify(value)}: no brace may stand in a path`, { where })
      if (value) return value
      throw refusal(`{${record}.${property}} stands in a path, and the configuration has no such property`, {
        where,
        hint: 'The described ones are made by: gabarit initialize-default-databases',
      })
    })
  const path = (text: string) => {
    const filled = fill(text)
    if (filled.startsWith('/') && !filled.split('/').includes('..') && !/\p{Cc}/u.test(filled)) return filled
    throw refusal(`${JSON.stringify(text)} becomes ${JSON.stringify(filled)}: not an absolute path without ".."`, {
      where,
    })
  }
  const settled: Metadata = {
    ...metadata,
    ...(output === undefined ? {} : { output: path(output) }),
    ...(link === undefined ? {} : { link: { ...link, path: path(link.path) } }),
    ...(folders === undefined
      ? {}
      : {
          folders: folders.map(folder => ({
            ...folder,
            path: folder.path.search(SETTING) === -1 ? folder.path : path(folder.path),
          })),
        }),
    ...(validate === undefined ? {} : { validate: validate.map(command => command.map(fill)) }),
  }
  return { metadata: settled, records: [...records] }
}
