import { defined } from '../base/defined.ts'
import { refusal } from '../base/failure.ts'
import { isPath } from '../db/formats.ts'
import type { Databases } from './databases.ts'
import type { Metadata } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

/** `{nginx.BaseDir}`: a property of a record of the configuration database. */
const SETTING = /\{([\w-]+)\.([\w-]+)\}/g

/** Metadata with all settings filled in, and the records of `configuration` they come from. */
export interface Settled {
  readonly metadata: Metadata
  readonly records: readonly string[]
}

/**
 * Fills settings into the paths of a template: `{RECORD.PROPERTY}` in `output`, `link`, `folders` and the words of `validate`,
 * for files whose folder is a property.
 * @throws Failure (refused) for a missing property, or a path that is not absolute or contains ".."
 */
export function withSettings(metadata: Metadata, databases: Databases, files: TemplateFiles): Settled {
  const { output, link, validate, folders } = metadata
  const texts = [output ?? '', link?.path ?? '', ...(validate ?? []).flat(), ...(folders ?? []).map(({ path }) => path)]
  if (texts.every(text => text.search(SETTING) === -1)) return { metadata, records: [] }
  const records = new Set<string>()
  const where = files.metadata.at(-1) ?? `/${files.name}`
  const fill = (text: string) =>
    text.replace(SETTING, (_, record: string, property: string) => {
      records.add(record)
      const value = databases.get('configuration', record)?.[property]
      // A brace would be mistaken for a property of the record, or for the file being checked.
      if (value && /[{}]/.test(value))
        throw refusal(`{${record}.${property}} is ${JSON.stringify(value)}: a path must not contain braces`, { where })
      if (value) return value
      throw refusal(`{${record}.${property}} is used in a path, but the configuration has no such property`, {
        where,
        hint: 'To create the described ones: gabarit initialize-default-databases',
      })
    })
  const isSet = (text: string) =>
    [...text.matchAll(SETTING)].every(
      ([, record = '', property = '']) => databases.get('configuration', record)?.[property],
    )
  const path = (text: string) => {
    const filled = fill(text)
    if (isPath(filled)) return filled
    const problem = `${JSON.stringify(text)} becomes ${JSON.stringify(filled)}: not an absolute path without ".."`
    throw refusal(problem, { where })
  }
  const settled = {
    ...metadata,
    ...defined({
      output: output === undefined ? undefined : path(output),
      link: link && { ...link, path: path(link.path) },
      folders: folders
        ?.filter(folder => isSet(folder.path))
        .map(folder => ({ ...folder, path: folder.path.search(SETTING) === -1 ? folder.path : path(folder.path) })),
      validate: validate?.map(command => command.map(fill)),
    }),
  }
  return { metadata: settled, records: [...records] }
}
