import { refusal } from '../system/failure.ts'
import type { RecordView } from './databases.ts'
import type { Where } from './metadata.ts'
import type { TemplateFiles } from './tree.ts'

/** Whether a record has these property values. */
export function fits(record: RecordView | undefined, where: Where | undefined): boolean {
  return where === undefined || Object.entries(where).every(([name, value]) => record?.[name] === value)
}

/** Puts the record's key into a path; a key that would leave its folder is refused. */
export function withKey(path: string, record: RecordView | undefined, files: TemplateFiles): string {
  if (!path.includes('{key}')) {
    if (record === undefined) return path
    throw refusal(`"${path}" needs {key}: there is one output per record`, {
      where: files.metadata.at(-1) ?? `/${files.name}`,
    })
  }
  const key = record?.key ?? ''
  if (key === '' || key === '.' || key === '..' || /[/\p{Cc}]/u.test(key) || Buffer.byteLength(key) > 200)
    throw refusal(`the record ${JSON.stringify(key)} cannot name a file`, { where: `template /${files.name}` })
  // A function: in a text, `$&` and the like would have a meaning.
  return path.replaceAll('{key}', () => key)
}
