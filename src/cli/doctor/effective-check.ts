import { unlessFailed } from '../../base/failure.ts'
import { Descriptions } from '../../db/describe.ts'
import { type Difference, describeDifference, levelOf } from '../../effective/difference.ts'
import { servicesDown } from '../../effective/down.ts'
import { askNow, type Found, look } from '../../effective/look.ts'
import { probesOf } from '../../effective/probes.ts'
import { eventForSetting } from '../../event/survey.ts'
import { History } from '../../state/history/history.ts'
import { changesSince } from '../../state/history/snapshot.ts'
import { readManifest } from '../../state/manifest.ts'
import type { Places } from '../../system/places.ts'
import { type Check, type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'

/** What daemons and the kernel do, against the records. */
export const EFFECTIVE_CHECK: Check = { id: 'effective', inStatus: 'effective state', run: effective }

async function effective(server: CheckedServer): Promise<readonly Diagnosis[]> {
  if (server.places.root !== '/') return ok(`below ${server.places.root} no daemon runs that could be asked`)
  const { differences, problems } = await lookAtAll(server)
  return orOk(
    [
      ...differences.map((one): Diagnosis => ({ level: levelOf(one.warns), message: describeDifference(one) })),
      ...problems.map((message): Diagnosis => ({ level: 'warning', message: `could not be asked: ${message}` })),
    ],
    'what the records say is in effect',
  )
}

/** Looks which services run, and asks all probes of all records. */
export async function lookAtAll({
  places,
  system,
  configuration,
}: Pick<CheckedServer, 'places' | 'system' | 'configuration'>): Promise<Found> {
  const descriptions = new Descriptions(places)
  const stopped = await servicesDown(configuration, places, system)
  const down = stopped.length === 0 ? [] : byEvents(stopped, places)
  const isDown = new Set(down.map(({ record }) => record))
  const probes = [...configuration.values()]
    .flatMap(record => probesOf(record, descriptions))
    .filter(({ record, how }) => how.when !== 'after' || !isDown.has(record.key))
  const found = await look(probes, places, readManifest(places), askNow(system, places))
  return { ...found, differences: [...down, ...found.differences] }
}

/** A service that was enabled after the last event is started by its event, which also makes its files. */
function byEvents(down: readonly Difference[], places: Places): Difference[] {
  const changes = unlessFailed(() => changesSince(places, new History(places).lastApplied())) ?? []
  const enabled = changes.filter(({ database, property }) => database === 'configuration' && property === 'status')
  return down.map(one => {
    if (!enabled.some(({ key }) => key === one.record)) return one
    return { ...one, wayOut: `To start it: signal-event ${eventForSetting(places, `configuration ${one.record}`)}` }
  })
}
