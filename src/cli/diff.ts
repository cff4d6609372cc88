import { Failure } from '../base/failure.ts'
import { allEvents } from '../event/load.ts'
import { switchedServices } from '../event/switched.ts'
import { planData } from '../plan/data.ts'
import { colourDiff } from '../plan/diff.ts'
import { type FileDifference, filesSince } from '../plan/files-since.ts'
import { makeRedact } from '../plan/redact.ts'
import { asCommands } from '../state/history/changes.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { contextOf } from '../terminal/run-context.ts'
import { wouldAdjust } from '../transaction/adjust.ts'
import { numberOf } from './history.ts'
import { incompleteLines, surveyCompleted } from './survey-completed.ts'

/** The three parts of a difference. */
interface Difference {
  readonly since: number | null
  readonly properties: readonly PropertyChange[]
  readonly files: readonly FileDifference[]
  readonly services: readonly { readonly service: string; readonly command: string }[]
  /** Records that lack only defaults. */
  readonly incomplete: readonly string[]
  readonly problems: readonly string[]
}

/** `gabarit diff [ID|last-good]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, colour, answer } = invocation
  const [id] = args
  const found = id === undefined ? await notLive(invocation) : sinceEntry(entryOf(id, invocation), invocation)
  const { properties, files, services, incomplete, problems } = found
  if (flag('commands')) {
    const commands = replayable(properties)
    return answer(commands, commands.join('\n'))
  }
  const verb = id === undefined ? 'would adjust' : 'adjusted'
  const lines = [
    ...problems,
    ...incompleteLines(incomplete),
    ...changeLines(properties),
    ...files.map(({ diff }) => (colour ? colourDiff(diff) : diff).trimEnd()),
    ...services.map(({ service, command }) => `${verb} ${service}: ${command}`),
  ]
  return answer(found, lines.length === 0 ? 'nothing differs' : lines.join('\n'))
}

function entryOf(id: string, { places }: Invocation): number {
  if (id !== 'last-good') return numberOf(id, 'the entry (or last-good)')
  const good = new History(places).lastGood()
  if (good === undefined) throw new Failure('the history has no successful entry')
  return good.id
}

/** What an event would apply now. */
async function notLive(invocation: Invocation): Promise<Difference> {
  const context = contextOf(invocation)
  const { since, properties, plan, incomplete, problems } = surveyCompleted(invocation, context)
  const { files } = planData(plan, makeRedact(invocation.places))
  const switched = since === undefined ? [] : switchedServices(allEvents(context.places), properties)
  const adjustments = await wouldAdjust(context, plan, switched).catch(error => {
    if (error instanceof Failure) return error
    throw error
  })
  const [services, damaged] = adjustments instanceof Failure ? [[], [adjustments.describe()]] : [adjustments, []]
  return { since: since?.id ?? null, properties, files, services, incomplete, problems: [...damaged, ...problems] }
}

/** What has changed since an entry of the history. */
function sinceEntry(id: number, { places }: Invocation): Difference {
  const history = new History(places)
  const entry = history.entry(id)
  const services = history
    .after(id)
    .flatMap(({ adjustments }) => adjustments)
    .map(({ service, command }) => ({ service, command }))
  return {
    since: id,
    properties: changesSince(places, entry),
    files: filesSince(entry, history, places),
    services,
    incomplete: [],
    problems: [],
  }
}

/** Commands for `sh`. A secret is not in the history, so its line is a comment. */
function replayable(properties: readonly PropertyChange[]): string[] {
  return properties.some(({ new: value }) => value?.includes(MASK))
    ? asCommands(properties).map(line => (line.includes(MASK) ? `# secret, to be filled in: ${line}` : line))
    : asCommands(properties)
}

const MASK = '********'
