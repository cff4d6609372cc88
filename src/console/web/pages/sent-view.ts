import { html } from 'hono/html'
import { messageOf, orUndefined } from '../../../base/failure.ts'
import { textIn } from '../body.ts'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { note } from '../parts/note.ts'
import { propertyTable } from '../parts/properties.ts'
import { table } from '../parts/table.ts'
import type { Visit } from '../visit.ts'
import { wordsIn } from '../words.ts'
import { changesBy } from './record.ts'

const OF_RECORD = /^\/records\/([^/]+)\/(record|new|delete)$/

/**
 * What a form that was kept would do: the record with its properties, the command, or else its fields.
 * @param path of the form, without the base
 */
export async function sentView(visit: Visit, path: string, fields: readonly (readonly string[])[]): Promise<Markup> {
  const form = textIn(fields)
  const [, encoded = '', act = ''] = OF_RECORD.exec(path) ?? []
  if (act === '') return fieldView(visit, fields)
  try {
    const changes = await changesBy(visit, decodeURIComponent(encoded), act, form)
    return changes.length === 0 ? html`<p>${visit.say('nothingToDo')}</p>` : propertyTable(visit, changes)
  } catch (error) {
    return note('bad', messageOf(error))
  }
}

function fieldView(visit: Visit, fields: readonly (readonly string[])[]): Markup {
  const rows = fields.flatMap(([name = '', value = '']) => {
    const words = name === 'words' ? orUndefined(() => wordsIn(value)) : undefined
    const shown = words === undefined ? html`<pre class="wrap">${value}</pre>` : commandOf(words)
    return value === '' ? [] : [[html`<code>${name}</code>`, shown]]
  })
  return table(visit.say('properties'), [visit.say('name'), visit.say('value')], rows, '')
}
