import { refusal } from '../base/failure.ts'
import type { RecordView } from './databases.ts'
import type { Each, Where } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

/** Whether a record has these property values. */
export function fits(record: RecordView | undefined, where: Where | undefined): boolean {
  return where === undefined || Object.entries(where).every(([name, value]) => (record?.[name] ?? '') === value)
}

/** Whether there is an output for a record. */
export function isChosen(record: RecordView, { key, where }: Each): boolean {
  return matchesKey(key, record.key) && fits(record, where)
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
