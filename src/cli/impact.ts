import { Failure } from '../base/failure.ts'
import type { DbRecord } from '../db/record.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { makeContext } from '../plan/context.ts'
import { databaseLoader, makeExpander } from '../plan/expand.ts'
import { type Metadata, readMetadata } from '../template/metadata.ts'
import type { Output } from '../template/output.ts'
import { matchesKey } from '../template/placeholders.ts'
import { findTemplate, listTemplates } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'

/** How one template depends on the record. */
interface Touched {
  readonly template: string
  /** What is requested of services when they change. */
  readonly services: readonly string[]
  /** Outputs that read the record. */
  readonly files: readonly string[]
  /** Outputs that the record could have but does not have now. */
  readonly possible: readonly string[]
}

/** `gabarit impact DATABASE KEY` */
export async function run({ args, places, system, printError, answer }: Invocation): Promise<number> {
  const [database = '', key = ''] = args
  const context = makeContext(places, system, () => undefined)
  const record = databaseLoader(context)(database).get(key)
  const exists = record !== undefined
  const own = ({ notify }: Metadata) => notify.map(entry => entry.replaceAll('{key}', () => key))
  if (!exists) printError(`note: ${database} has no record "${key}"; showing what would read it`)
  const touched = listTemplates(context.layers).flatMap((name): Touched[] => {
    try {
      const metadata = readMetadata(findTemplate(context.layers, name)?.metadata ?? [])
      const outputs = makeExpander(context).expand(`/${name}`)
      const reading = outputs.filter(output => readsRecord(output, database, key))
      const files = reading.map(({ path }) => path)
      const possible = ownPath(metadata, database, key, record).filter(path => !files.includes(path))
      const services = [...reading.flatMap(output => output.metadata.notify), ...possible.flatMap(() => own(metadata))]
      return files.length + possible.length === 0 ? [] : [{ template: name, services, files, possible }]
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const where = error.where === undefined ? '' : `${error.where}: `
      printError(`warning: /${name} cannot be expanded: ${where}${error.message.split('\n', 1)[0]}`)
      return []
    }
  })
  const templates = new Set(touched.map(({ template }) => template))
  const events = listEvents(places).filter(name => loadEvent(places, name).templates.some(path => templates.has(path)))
  const services = [...new Set(touched.flatMap(entry => entry.services))]
  const files = touched.flatMap(entry => entry.files)
  const possible = touched.flatMap(entry => entry.possible)
  const section = (name: string, words: readonly string[]) =>
    `${name}:${words.map(word => `\n  ${word}`).join('') || ' none'}`
  const text = [
    section('files', [...files, ...possible.map(path => `${path} (not generated now)`)]),
    section('events', events),
    section('services', services),
  ].join('\n')
  const data = { database, key, exists, files, possible, events, services }
  return answer(data, touched.length === 0 ? `no file depends on ${database} ${key}` : text)
}

/** With `each`, only the record's own output depends on it; the others exist anyway. */
function readsRecord(output: Output, database: string, key: string): boolean {
  return output.reads.some(read => read.database === database && (read.key === undefined || read.key === key))
}

/** The output that a template with `each` generates for this record, if the record matches. */
function ownPath(
  { each, output = '' }: Metadata,
  database: string,
  key: string,
  record: DbRecord | undefined,
): string[] {
  if (each === undefined || each.db !== database || !matchesKey(each.key, key)) return []
  if (each.type !== undefined && record !== undefined && each.type !== record.type) return []
  const value = (name: string) => (name === 'key' ? key : record?.properties.get(name))
  return [output.replace(/\{(\w+)\}/g, (mark, name: string) => value(name) ?? mark)]
}
