import { columns } from '../base/columns.ts'
import { Failure, orFailure, unlessFailed } from '../base/failure.ts'
import { readAbout } from '../event/about.ts'
import { type Event, listEvents, loadEvent } from '../event/load.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit events [EVENT]` */
export async function run({ args: [name], places, answer }: Invocation): Promise<number> {
  if (name !== undefined) {
    const event = asData(loadEvent(places, name))
    return answer(event, details(event))
  }
  const events = listEvents(places).flatMap(each => unlessFailed(() => asData(loadEvent(places, each))) ?? [])
  const rows = events.map(event => [synopsis(event), event.description ?? made(event)])
  return answer(events, [...columns(rows), 'What one does: gabarit events EVENT'].join('\n'))
}

type EventData = ReturnType<typeof asData>

function asData(event: Event) {
  const about = orFailure(() => readAbout(event))
  const { usage = null, description = null } =
    about instanceof Failure ? { description: about.describe().split('\n', 1)[0] } : about
  return {
    event: event.name,
    usage,
    description,
    actions: event.handlers.map(handler => handler.name),
    templates: event.templates.map(template => `/${template}`),
    services: event.services.map(({ service, words }) => ({ service, words })),
  }
}

function synopsis({ event, usage }: EventData): string {
  return usage === null ? event : `${event} ${usage}`
}

/** What an event does that says nothing about itself. */
function made({ templates, actions, services }: EventData): string {
  const adjusted = services.map(({ service }) => service)
  const parts = [
    ['runs', actions],
    ['makes', templates],
    ['adjusts', adjusted],
  ] as const
  return parts.flatMap(([verb, names]) => (names.length === 0 ? [] : `${verb} ${names.join(' ')}`)).join('; ')
}

function details(event: EventData): string {
  const { description, actions, templates, services } = event
  const list = (title: string, names: readonly string[]) => (names.length === 0 ? [] : [title, ...names.map(indent)])
  const lines = [
    `signal-event ${synopsis(event)}`,
    ...(description === null ? [] : [description]),
    ...list('runs:', actions),
    ...list('makes:', templates),
    ...list(
      'adjusts:',
      services.map(({ service, words }) => `${service}: ${words.join(' ')}`),
    ),
  ]
  return lines.join('\n')
}

function indent(line: string): string {
  return `  ${line}`
}
