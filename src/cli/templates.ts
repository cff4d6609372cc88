import { basename } from 'node:path'
import { columns } from '../base/columns.ts'
import { Failure, orFailure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { readMetadata } from '../template/metadata.ts'
import {
  type FragmentFile,
  findTemplate,
  type Layer,
  listSubTemplates,
  listTemplates,
  searchList,
} from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit templates [TEMPLATE]` */
export async function run({ args, places, answer }: Invocation): Promise<number> {
  const layers = searchList(places)
  if (args[0] !== undefined) return showOne(args[0], layers, answer)
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

/** The fragments of one template in the order of expansion, and those of its sub-templates. */
function showOne(given: string, layers: readonly Layer[], answer: Invocation['answer']): number {
  if (findTemplate(layers, given) === undefined) {
    const known = listTemplates(layers).map(name => `/${name}`)
    throw refusal(`there is no template ${given}${didYouMean(given, known)}`)
  }
  const parts = ['', ...listSubTemplates(layers, given).map(sub => `/${sub}`)]
  const trees = parts
    .map(part => `${given}${part}`)
    .map(template => ({
      template,
      fragments: (findTemplate(layers, template)?.fragments ?? []).map(fragment => ({
        ...{ name: fragment.name, from: originOf(fragment, layers), file: fragment.file },
        replaces: fragment.shadows ?? null,
      })),
    }))
  const lines = trees.flatMap(({ template, fragments }) =>
    fragments.map(({ name, from, replaces }) => [
      template,
      name,
      replaces === null ? from : `${from}, replaces ${replaces}`,
    ]),
  )
  return answer(trees, columns(lines).join('\n'))
}

/** Where a fragment is from: `shipped`, the name of a module, or `site`. */
export function originOf({ file, custom }: FragmentFile, layers: readonly Layer[]): string {
  const layer = layers.find(({ folder }) => file.startsWith(`${folder}/`))
  if (custom || layer === undefined) return 'site'
  return layer.module === undefined
    ? layer === layers.at(-1)
      ? 'shipped'
      : 'site'
    : `module ${basename(layer.module)}`
}
