import { refusal } from '../base/failure.ts'
import { isPath } from '../db/formats.ts'
import type { Databases, RecordView } from './databases.ts'
import type { Each, FolderRule, Where } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

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
  return path.replace(/\{([\w-]+)\}/g, (_, name: string) => {
    const value = name === 'key' ? key : (record?.[name] ?? '')
    if (canNameFile(value)) return value
    const what = name === 'key' ? '' : `property ${name} ${JSON.stringify(value)} of `
    throw refusal(`${what}the record ${JSON.stringify(key)} cannot name a file`, { where: `template /${files.name}` })
  })
}

function canNameFile(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\p{Cc}]/u.test(name) && Buffer.byteLength(name) <= 200
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
