import { join } from 'node:path'
import { refusal } from '../../../base/failure.ts'
import { listDatabases } from '../../../db/all-databases.ts'
import { type Layer, layerName, layerPath, layerPlaces, layersIn } from '../../../db/layers.ts'
import { openedRecords } from '../../../db/sealing.ts'
import { recordsOf } from '../../../db/store.ts'
import { fleetRecords, type Places } from '../../../system/places.ts'
import { refuseUnsafePart } from '../../../system/trust.ts'
import type { LayerContents, SiteFile } from './resolve.ts'

/** What a fleet may bring into /etc/gabarit: what a site writes there itself. Never keys. */
const FOLDERS = [
  ...['templates-custom', 'templates', 'db', 'events', 'modules'],
  ...['lists', 'perl', 'checkers', 'services', 'checks.d'],
]

/** Whether a path below /etc/gabarit can be a file of a fleet. */
export function isFleetPath(path: string): boolean {
  const [top = '', ...rest] = path.split('/')
  return (
    FOLDERS.includes(top) &&
    rest.length > 0 &&
    rest.every(part => !['', '.', '..', '.git'].includes(part)) &&
    !path.includes('\0')
  )
}

/** The folder on a controller with the files of the fleet. */
function fleetFiles({ site }: Pick<Places, 'site'>): string {
  return join(site, 'fleet')
}

/** Everything that this controller says of the fleet, by the paths of the parts: `all`, `group/web`. */
export function readLayers(places: Places): ReadonlyMap<string, LayerContents> {
  const layers = [fleetRecords(places), fleetFiles(places)].flatMap(folder => layersIn(places, folder))
  return new Map(layers.map(layer => [layerPath(layer), readLayer(places, layer)]))
}

function readLayer(places: Places, layer: Layer): LayerContents {
  const own = layerPlaces(places, layer)
  return {
    from: layerName(layer),
    databases: new Map(listDatabases(own).map(name => [name, openedRecords(recordsOf(own, name))])),
    files: new Map(walk(join(fleetFiles(places), layerPath(layer)), '', places)),
  }
}

/** @throws Failure (refused) for a file that cannot belong to a fleet */
function walk(folder: string, below: string, places: Places): (readonly [string, SiteFile])[] {
  const { files } = places
  return files.list(join(folder, below)).flatMap(name => {
    const path = below === '' ? name : `${below}/${name}`
    const real = join(folder, path)
    const state = files.state(real)
    if (state?.kind === 'folder') return name === '.git' ? [] : walk(folder, path, places)
    if (!isFleetPath(path))
      throw refusal(`a fleet can bring files into these folders of /etc/gabarit: ${FOLDERS.join(', ')}`, {
        where: real,
      })
    if (state?.kind === 'link') return [[path, { link: files.readLink(real) }] as const]
    if (state?.kind !== 'file') throw refusal('is neither a file nor a link', { where: real })
    refuseUnsafePart(places, real)
    return [[path, { data: files.read(real), program: (state.mode & 0o100) !== 0 }] as const]
  })
}
