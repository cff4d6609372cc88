import type { Databases, RecordView } from './databases.ts'
import type { FolderRule } from './metadata.ts'
import { isChosen, withRecordValues } from './per-record.ts'
import type { TemplateFiles } from './tree.ts'

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
    const records = each === undefined ? [record] : databases.all(each.db, each.type).filter(one => isChosen(one, each))
    return records.flatMap(one => {
      const [, property] = WHOLE.exec(path) ?? []
      if (property === undefined)
        return {
          path: one !== undefined && path.includes('{') ? withRecordValues(path, one, files) : path,
          ...attributes,
        }
      const value = one?.[property] ?? ''
      if (isPlainPath(value)) return { path: value, ...attributes }
      if (value !== '')
        warn(`no folder is created for ${one?.key}: its ${property} ${JSON.stringify(value)} is not a plain path`)
      return []
    })
  })
}

/** Absolute, without patterns and without "..". */
function isPlainPath(path: string): boolean {
  return path.startsWith('/') && !path.split('/').includes('..') && !/[*?[\]\p{Cc}]/u.test(path)
}
