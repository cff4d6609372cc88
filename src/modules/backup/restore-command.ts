import { isDeepStrictEqual } from 'node:util'
import { plural } from '../../base/plural.ts'
import { sayTime } from '../../base/time.ts'
import { withTrialSite } from '../../customize/trial.ts'
import type { Records } from '../../db/record.ts'
import { secretValues } from '../../db/secrets.ts'
import { type Context, makeContext } from '../../plan/context.ts'
import { planId } from '../../plan/data.ts'
import { makeRedact } from '../../plan/redact.ts'
import { databaseChanges } from '../../state/history/databases.ts'
import type { PropertyChange } from '../../state/history/entry.ts'
import { takeSnapshot } from '../../state/history/snapshot.ts'
import { PINS, readPins } from '../../state/pins.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { ask, askFirst, type CommandResult, confirmWithin } from '../../terminal/ask-first.ts'
import { changeLines, hiddenChanges } from '../../terminal/change-lines.ts'
import type { Invocation } from '../../terminal/command.ts'
import { refuseOutdatedPlan } from '../../terminal/outdated-plan.ts'
import { gatherer } from '../../terminal/reporter.ts'
import { askedBy, withEventLock } from '../../terminal/run-context.ts'
import type { Alongside } from '../../transaction/run.ts'
import { Transaction } from '../../transaction/transaction.ts'
import { given, keysOf } from './commands.ts'
import { askForMissing, missingHere, refuseMissing, replaceIn, replacements, thisMachine } from './machine.ts'
import { partOf } from './part.ts'
import { type Archive, readArchive } from './read.ts'
import { restorationFrom, siteOf } from './restore.ts'

/** `gabarit backup restore FILE` */
export async function restore(invocation: Invocation): Promise<number> {
  const { args, value, places, system } = invocation
  const { bytes, file } = given(args[0] ?? '', invocation)
  const whole = await readArchive(bytes, keysOf(invocation), file, system)
  const only = value('only')
  const archive = only === undefined ? whole : partOf(whole, only, places)
  // The descriptions that come with it say what is secret, and what names an interface.
  const context = makeContext(places, system, () => undefined)
  const asArchived = <Result>(work: (trial: Context) => Result) => withTrialSite(context, siteOf(whole), work)
  const databases = await fitHere(archive, invocation, asArchived)
  const secrets = asArchived(trial => secretsOf(databases, trial.places))
  return askFirst(hiding(secrets, invocation), (current, shown) =>
    restoreFrom(archive, databases, secrets, file, current, shown),
  )
}

/**
 * The databases of an archive with the interfaces and addresses of this machine. A person at a terminal is asked for what stands
 * for those that are not here.
 * @throws Failure (refused) for those that nobody has named
 */
async function fitHere(
  { databases }: Archive,
  { value, flag, io, places, ...person }: Invocation,
  asArchived: <Result>(work: (trial: Context) => Result) => Result,
): Promise<ReadonlyMap<string, Records>> {
  const named = replaceIn(databases, replacements(value('replace')))
  if (places.root !== '/') return named
  const machine = thisMachine()
  const missing = (records: typeof named) => asArchived(trial => missingHere(records, trial.descriptions, machine))
  const asks = io.isTerminal(0) && !flag('json') && !flag('json-lines')
  const answers = asks
    ? await askForMissing(missing(named), machine, question => ask(question, { io, ...person }))
    : new Map<string, string>()
  const fitting = replaceIn(named, answers)
  refuseMissing(missing(fitting), machine)
  return fitting
}

async function restoreFrom(
  archive: Archive,
  databases: ReadonlyMap<string, Records>,
  secrets: readonly string[],
  file: string,
  invocation: Invocation,
  shown: string | undefined,
): Promise<CommandResult> {
  const { places, flag, value, print } = invocation
  const { gather, data } = gatherer(invocation)
  const json = flag('json')
  return withEventLock(
    invocation,
    'gabarit backup restore',
    async work => {
      const found = restorationFrom(archive, databases, work.context)
      const changes = databaseChanges(takeSnapshot(places), found.databases)
      const id = planId(found.plan, changes)
      refuseOutdatedPlan(id, shown ?? value('plan'))
      const properties = hiddenChanges(changes, makeRedact(places))
      const { host, time, version } = archive.contents
      if (!json && !flag('json-lines')) {
        const from = `from ${host}, ${sayTime(time)}, gabarit ${version}`
        print([from, ...found.notes, ...shortLines(properties, found.databases, work.context)].join('\n'))
      }
      const asked = askedBy(invocation, 'backup', ['restore', file])
      const context = { ...work.context, replaced: found.databases }
      const request = {
        asked,
        secrets,
        alongside: pinsOf(archive, places),
        ...confirmWithin(invocation),
        windowOfServices: value('confirm-within') !== 'no',
      }
      const status = await new Transaction(request, { ...work, context }).applyWith(found.plan, changes)
      const all = { dryRun: work.context.system.dryRun, status, from: { host, time, version }, notes: found.notes }
      if (json) print(JSON.stringify({ ...all, properties, ...data(), plan: id }, null, 2))
      return { status, plan: id }
    },
    json ? gather : undefined,
  )
}

/** The pins of an archive, with those that are here. */
function pinsOf({ pins }: Archive, places: Places): Alongside[] {
  const here = readPins(places)
  const all = new Map([...here, ...pins])
  if (isDeepStrictEqual(here, all)) return []
  return [{ wanted: PINS.companion(places, all), former: PINS.companion(places, here) }]
}

/** One line for each changed property; properties of new records that have their defaults are only counted. */
function shortLines(
  changes: readonly PropertyChange[],
  databases: ReadonlyMap<string, Records>,
  { descriptions }: Context,
): string[] {
  const isUsual = ({ database, key, property, old, new: value }: PropertyChange) => {
    const type = databases.get(database)?.get(key)?.type ?? ''
    const described = property === null ? undefined : descriptions.of(database, key, type)?.properties.get(property)
    return old === null && value !== null && (described?.default ?? '') === value && property !== null
  }
  const told = changes.filter(change => !isUsual(change))
  const rest = changes.length - told.length
  return [
    ...changeLines(told),
    ...(rest === 0 ? [] : [`and ${plural(rest, 'property', 'properties')} with the default`]),
  ]
}

/** The secrets of an archive, in every form that files and messages may have them. */
function secretsOf(databases: ReadonlyMap<string, Records>, places: Places): readonly string[] {
  const byPath = new Map([...databases].map(([name, records]) => [databaseFile(places, name).path, records]))
  return secretValues(places, file => byPath.get(typeof file === 'string' ? file : file.path))
}

/** What the archive brings is not in the databases yet, so everything that is said passes through here. */
function hiding(secrets: readonly string[], invocation: Invocation): Invocation {
  const hide = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
  return {
    ...invocation,
    asDryRun: () => hiding(secrets, invocation.asDryRun()),
    print: text => invocation.print(hide(text)),
    printError: text => invocation.printError(hide(text)),
    warn: text => invocation.warn(hide(text)),
    log: (level, text) => invocation.log(level, hide(text)),
  }
}
