import { cached } from '../base/cached.ts'
import { defined } from '../base/defined.ts'
import { refusal } from '../base/failure.ts'
import { isPath } from '../db/formats.ts'
import type { Databases, RecordView } from './databases.ts'
import type { Each, FolderRule, Metadata, Where } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

/** Events do it too. */
const TO_COMPLETE = 'To fill in what has a default: gabarit initialize-default-databases'

/** Whether a record has these property values. */
export function fits(record: RecordView | undefined, where: Where | undefined): boolean {
  return where === undefined || Object.entries(where).every(([name, value]) => (record?.[name] ?? '') === value)
}

/** The records that `each` selects, in byte order of their keys. */
export function chosenRecords({ db, type, key, where }: Each, databases: Databases): RecordView[] {
  return databases.all(db, type).filter(record => matchesKey(key, record.key) && fits(record, where))
}

/** Whether a key matches the regular expression of `each`, if there is one. */
export function matchesKey(pattern: string | undefined, key: string): boolean {
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(key)
}

/** Inserts the record's key, and properties written as `{NAME}`, into a path. One that would leave its folder is refused. */
export function withRecordValues(path: string, record: RecordView | undefined, files: TemplateFiles): string {
  if (!path.includes('{key}')) {
    if (record === undefined) return path
    throw refusal(`"${path}" needs {key}: there is one output per record`, {
      where: files.metadata.at(-1) ?? `/${files.name}`,
    })
  }
  const key = record?.key ?? ''
  const where = `template /${files.name}`
  const insert = (name: string) => {
    const value = name === 'key' ? key : (record?.[name] ?? '')
    if (canNameFile(value)) return value
    const of = `the record ${JSON.stringify(key)}`
    if (value === '' && key !== '')
      throw refusal(`${of} has no ${name}, which is in the path of its file`, { where, hint: TO_COMPLETE })
    const what = name === 'key' ? '' : `property ${name} ${JSON.stringify(value)} of `
    throw refusal(`${what}${of} cannot name a file`, { where })
  }
  const parts = cached(PARTS, path, () => path.split(/\{([\w-]+)\}/))
  let text = ''
  for (const [at, part] of parts.entries()) text += at % 2 === 0 ? part : insert(part)
  return text
}

/** The parts of paths: text and names of properties in turn. The paths of thousands of files come from one. */
const PARTS = new Map<string, readonly string[]>()

function canNameFile(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || /[/\p{Cc}]/u.test(name)) return false
  // A character has at most 3 bytes.
  return name.length <= 66 || Buffer.byteLength(name) <= 200
}

/** A folder that must exist for an output. */
export type Folder = Pick<FolderRule, 'path' | 'owner' | 'group' | 'mode'>

/** A property that contains a whole path: `{Path}`. */
const WHOLE = /^\{([\w-]+)\}$/

/**
 * The folders that an output needs, including those of `each`.
 * @param record the one that the output is generated for
 * @param warn called for a record whose property is not a plain path: it gets no folder
 */
export function foldersOf(
  rules: readonly FolderRule[],
  record: RecordView | undefined,
  databases: Databases,
  files: TemplateFiles,
  warn: (message: string) => void,
): Folder[] {
  return rules.flatMap(({ each, path, ...attributes }) => {
    const records = each === undefined ? [record] : chosenRecords(each, databases)
    return records.flatMap(one => {
      const [, property] = WHOLE.exec(path) ?? []
      if (property === undefined)
        return {
          path: one !== undefined && path.includes('{') ? withRecordValues(path, one, files) : path,
          ...attributes,
        }
      const value = one?.[property] ?? ''
      if (isPath(value) && !/[*?[\]]/.test(value)) return { path: value, ...attributes }
      if (value !== '')
        warn(`no folder is created for ${one?.key}: its ${property} ${JSON.stringify(value)} is not a plain path`)
      return []
    })
  })
}

/** `{nginx.BaseDir}`: a property of a record of the configuration database. */
const SETTING = /\{([\w-]+)\.([\w-]+)\}/g

/** Metadata with all settings filled in, and the records of `configuration` they come from. */
interface Settled {
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
  const settingOf = (record: string, property: string) => databases.get('configuration', record)?.[property]
  const fill = (text: string) =>
    text.replace(SETTING, (_, record: string, property: string) => {
      records.add(record)
      const value = settingOf(record, property)
      // A brace would be mistaken for a property of the record, or for the file being checked.
      if (value && /[{}]/.test(value))
        throw refusal(`{${record}.${property}} is ${JSON.stringify(value)}: a path must not contain braces`, { where })
      if (value) return value
      throw refusal(`{${record}.${property}} is used in a path, but the configuration has no such property`, {
        where,
        hint: TO_COMPLETE,
      })
    })
  const isSet = (text: string) =>
    [...text.matchAll(SETTING)].every(([, record = '', property = '']) => settingOf(record, property))
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
