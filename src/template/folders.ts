import type { Databases, RecordView } from './databases.ts'
import type { FolderRule } from './metadata.ts'
import { isChosen, withRecordValues } from './per-record.ts'
import type { TemplateFiles } from './tree.ts'

/** A folder that has to exist for an output. */
export type Folder = Pick<FolderRule, 'path' | 'owner' | 'group' | 'mode'>

/** A property in which a whole path stands: `{Path}`. */
const WHOLE = /^\{([\w-]+)\}$/

/**
 * The folders that an output needs, those of `each` among them.
 * @param record the one that the output is made for
 * @param warn told of a record whose property is no plain path: it gets no folder
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
        warn(`no folder is made for ${one?.key}: its ${property} ${JSON.stringify(value)} is not a plain path`)
      return []
    })
  })
}

/** Absolute, and neither a pattern nor with a way up. */
function isPlainPath(path: string): boolean {
  return path.startsWith('/') && !path.split('/').includes('..') && !/[*?[\]\p{Cc}]/u.test(path)
}
