import { Descriptions } from '../../db/describe.ts'
import { describeDifference, levelOf } from '../../effective/difference.ts'
import { servicesDown } from '../../effective/down.ts'
import { askNow, type Found, look } from '../../effective/look.ts'
import { probesOf } from '../../effective/probes.ts'
import { readManifest } from '../../state/manifest.ts'
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
  const down = await servicesDown(configuration, places, system)
  const isDown = new Set(down.map(({ record }) => record))
  const probes = [...configuration.values()]
    .flatMap(record => probesOf(record, descriptions))
    .filter(({ record, how }) => how.when !== 'after' || !isDown.has(record.key))
  const found = await look(probes, places, readManifest(places), askNow(system, places))
  return { ...found, differences: [...down, ...found.differences] }
}
