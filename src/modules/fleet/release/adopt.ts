import { escapeControls } from '../../../base/escape-controls.ts'
import { refusal } from '../../../base/failure.ts'
import { changeDatabase } from '../../../db/change.ts'
import { Descriptions } from '../../../db/describe.ts'
import { type Layer, layerPlaces } from '../../../db/layers.ts'
import { isSecret } from '../../../db/sealing.ts'
import type { Places } from '../../../system/places.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { needController } from '../member.ts'
import { readMembers } from '../members.ts'
import { listReports } from '../rollout/reports.ts'
import type { Store } from '../store/store.ts'
import { readingKeys } from './base.ts'
import { type Drift, openDrift } from './drift.ts'

/**
 * `gabarit fleet adopt HOST [DATABASE [KEY [PROP]]]`: what somebody has set on a host goes into the records of the fleet for that
 * host, so that the next release keeps it.
 */
export async function adopt(
  { args, places, flag, answer }: Pick<Invocation, 'args' | 'places' | 'flag' | 'answer'>,
  store: Store,
): Promise<number> {
  const { fleet } = needController(places)
  const [host = '', ...wanted] = args
  const status = (await listReports(store, await readMembers(store, places), fleet)).get(host)?.status
  if (status === undefined)
    throw refusal(`the host ${host} has not reported yet`, { hint: 'All hosts: gabarit fleet hosts' })
  const { values } = await openDrift(status.drift, readingKeys(places), `what ${host} reports`)
  const chosen = values.filter(({ database, key, property }) =>
    wanted.every((word, index) => word === [database, key, property][index]),
  )
  if (chosen.length === 0) throw refusal(`nothing like that differs on ${host} from what the fleet has set there`)
  const [kept, gone] = [chosen.filter(({ value }) => value !== null), chosen.filter(({ value }) => value === null)]
  const layer: Layer = { kind: 'host', name: host }
  for (const database of new Set(kept.map(one => one.database)))
    setIn(
      places,
      layer,
      database,
      kept.filter(one => one.database === database),
    )
  const is = flag('dry-run') ? 'would be' : 'is'
  const descriptions = new Descriptions(places)
  const lines = [
    ...kept.map(one => `${nameOf(one)} ${is} ${shown(one, descriptions)} for host ${host} now, instead of ${one.from}`),
    ...gone.map(one => `${nameOf(one)} was removed on ${host}; a fleet cannot say that: take it out of ${one.from}`),
    ...(kept.length > 0 && !flag('dry-run') ? ['To make it known: gabarit fleet publish'] : []),
  ]
  const data = kept.map(one => {
    const { database, key, property, from } = one
    const [old, now] = isHidden(one, descriptions) ? [HIDDEN, HIDDEN] : [one.fleet, one.value]
    return { database, key, property, from, old, new: now }
  })
  return answer({ host, adopted: data }, lines.map(escapeControls).join('\n'), gone.length === 0)
}

type Different = Drift['values'][number]

function setIn(places: Places, layer: Layer, database: string, values: readonly Different[]): void {
  const own = layerPlaces(places, layer)
  own.files.makeFolder(own.databases, 0o700)
  changeDatabase(own, database, { command: 'gabarit fleet adopt', isPart: true }, draft => {
    for (const { key, type, property, value } of values) {
      if (property === null) {
        if (draft.has(key)) draft.settype(key, value ?? '')
        else draft.set(key, value ?? '')
      } else {
        if (!draft.has(key)) draft.set(key, type)
        draft.setprop(key, property, value ?? '')
      }
    }
  })
}

function nameOf({ database, key, property }: Different): string {
  return [database, key, property ?? []].flat().join(' ')
}

function shown(one: Different, descriptions: Descriptions): string {
  return isHidden(one, descriptions) ? 'as there' : JSON.stringify(one.value)
}

const HIDDEN = '********'

function isHidden({ database, key, type, property }: Different, descriptions: Descriptions): boolean {
  return isSecret(descriptions.of(database, key, type), property)
}
