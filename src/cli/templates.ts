import { columns } from '../base/columns.ts'
import { Failure, orFailure } from '../base/failure.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { readMetadata } from '../template/metadata.ts'
import { findTemplate, listTemplates, searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit templates` */
export async function run({ places, answer }: Invocation): Promise<number> {
  const layers = searchList(places)
  const events = listEvents(places).map(name => ({ name, makes: new Set(loadEvent(places, name).templates) }))
  const rows = listTemplates(layers).map(name => {
    const files = findTemplate(layers, name)
    const metadata = orFailure(() => readMetadata(files?.metadata ?? []))
    const [description] = (
      metadata instanceof Failure
        ? metadata.describe()
        : (metadata.description ?? 'no description in its template.json')
    ).split('\n', 1)
    return {
      template: `/${name}`,
      description,
      fragments: files?.fragments.map(({ file }) => file) ?? [],
      overridden: files?.fragments.some(({ custom }) => custom) ?? false,
      events: events.filter(({ makes }) => makes.has(name)).map(event => event.name),
    }
  })
  const lines = rows.map(({ template, description = '', overridden }) => [
    template,
    `${description}${overridden ? ' (with fragments of yours)' : ''}`,
  ])
  return answer(rows, columns(lines).join('\n'))
}
