import { isDeepStrictEqual } from 'node:util'
import { plural } from '../../base/plural.ts'
import { sayTime } from '../../base/time.ts'
import { withTrialSite } from '../../customize/trial.ts'
import type { Records } from '../../db/record.ts'
import { secretsAmong } from '../../db/secrets.ts'
import { type Context, makeContext } from '../../plan/context.ts'
import { planId } from '../../plan/data.ts'
import { makeRedact } from '../../plan/redact.ts'
import { databaseChanges } from '../../state/history/databases.ts'
import type { PropertyChange } from '../../state/history/entry.ts'
import { takeSnapshot } from '../../state/history/snapshot.ts'
import { type PinChange, readPins } from '../../state/pins.ts'
import type { Places } from '../../system/places.ts'
import { askFirst, type CommandResult, confirmWithin } from '../../terminal/ask-first.ts'
import { changeLines, hiddenChanges } from '../../terminal/change-lines.ts'
import type { Invocation } from '../../terminal/command.ts'
import { hiding } from '../../terminal/hiding.ts'
import { refuseOutdatedPlan } from '../../terminal/outdated-plan.ts'
import { gatherer } from '../../terminal/reporter.ts'
import { askedBy, withEventLock } from '../../terminal/run-context.ts'
import { Transaction } from '../../transaction/transaction.ts'
import { given, keysOf } from './commands.ts'
import { fitHere } from './fit-here.ts'
import { namedIn } from './machine.ts'
import { partOf } from './part.ts'
import { type Archive, readArchive } from './read.ts'
import { restorationFrom, siteOf } from './restore.ts'
import { replaceIn } from './stand-ins.ts'

/** `gabarit backup restore FILE` */
export async function restore(invocation: Invocation): Promise<number> {
  const { args, value, places, system } = invocation
  const { bytes, file } = given(args[0] ?? '', invocation)
  const whole = await readArchive(bytes, keysOf(invocation), file, system)
  const only = value('only')
  const archive = only === undefined ? whole : partOf(whole, only, places)
  // The descriptions that come with it say what is secret, and what names an interface.
  const found = withTrialSite(
    makeContext(places, system, () => undefined),
    siteOf(whole),
    ({ descriptions, places }) => ({
      named: namedIn(archive.databases, descriptions, whole.contents.machine),
      secrets: secretsAmong(places, archive.databases),
    }),
  )
  const { pairs, notes } = await fitHere(archive, found.named, invocation)
  const databases = replaceIn(archive.databases, pairs)
  const secrets = [...found.secrets, ...found.secrets.flatMap(secret => pairs.get(secret) ?? [])]
  return askFirst(hiding(secrets, invocation), (current, shown) =>
    restoreFrom({ ...archive, databases }, notes, secrets, file, current, shown),
  )
}

async function restoreFrom(
  archive: Archive,
  notes: readonly string[],
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
      const found = restorationFrom(archive, work.context)
      const all = [...notes, ...found.notes]
      const changes = databaseChanges(takeSnapshot(places), found.databases)
      const id = planId(found.plan, changes)
      refuseOutdatedPlan(id, shown ?? value('plan'))
      const properties = hiddenChanges(changes, makeRedact(places))
      const { host, time, version } = archive.contents
      if (!json && !flag('json-lines')) {
        const from = `from ${host}, ${sayTime(time)}, gabarit ${version}`
        print([from, ...all, ...shortLines(properties, found.databases, work.context)].join('\n'))
      }
      const asked = askedBy(invocation, 'backup', ['restore', file])
      const context = { ...work.context, replaced: found.databases }
      const request = {
        asked,
        secrets,
        pins: pinsOf(archive, places),
        ...confirmWithin(invocation),
        windowOfServices: value('confirm-within') !== 'no',
      }
      const status = await new Transaction(request, { ...work, context }).applyWith(found.plan, changes)
      const told = { dryRun: work.context.system.dryRun, status, from: { host, time, version }, notes: all }
      if (json) print(JSON.stringify({ ...told, properties, ...data(), plan: id }, null, 2))
      return { status, plan: id }
    },
    json ? gather : undefined,
  )
}

/** The pins of an archive, with those that are here; undefined: they are all here. */
function pinsOf({ pins }: Archive, places: Places): PinChange | undefined {
  const before = readPins(places)
  const after = new Map([...before, ...pins])
  return isDeepStrictEqual(before, after) ? undefined : { before, after }
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
