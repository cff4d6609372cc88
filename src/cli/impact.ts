import { databaseLoader, makeContext, makeExpander } from '../apply/run.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { EXIT, Failure } from '../system/failure.ts'
import type { Output } from '../template/expand.ts'
import { listTemplates } from '../template/tree.ts'
import type { Invocation } from './command.ts'

/** `gabarit impact DATABASE KEY` */
export async function run({ args, flag, places, print, printError }: Invocation): Promise<number> {
  const [database = '', key = ''] = args
  const context = makeContext(places, new DryRunSystem(places.root), () => undefined)
  const exists = databaseLoader(context)(database).has(key)
  if (!exists) printError(`note: ${database} has no record "${key}"; what would read it is shown`)
  const touched = listTemplates(context.layers).flatMap(name => {
    try {
      return makeExpander(context)
        .expand(`/${name}`)
        .filter(output => readsRecord(output, database, key))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      printError(`warning: /${name} cannot be judged: ${error.describe()}`)
      return []
    }
  })
  const templates = new Set(touched.map(({ template }) => template))
  const events = listEvents(places).filter(name => loadEvent(places, name).templates.some(path => templates.has(path)))
  const services = [...new Set(touched.flatMap(({ metadata }) => metadata.notify))]
  const files = touched.map(({ path }) => path)
  if (flag('json')) print(JSON.stringify({ database, key, exists, files, events, services }, null, 2))
  else if (files.length === 0) print(`no file depends on ${database} ${key}`)
  else {
    const rows: [string, string[]][] = [
      ['files', files],
      ['events', events],
      ['services', services],
    ]
    print(rows.map(([name, words]) => `${name}:${words.map(word => `\n  ${word}`).join('') || ' none'}`).join('\n'))
  }
  return EXIT.done
}

function readsRecord(output: Output, database: string, key: string): boolean {
  return output.reads.some(read => read.database === database && (read.key === undefined || read.key === key))
}
