import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { refusal } from '../../../base/failure.ts'
import { type Layer, layerPath, layerPlaces, layersIn } from '../../../db/layers.ts'
import { changeDatabases, databaseChanges } from '../../../state/history/databases.ts'
import { fleetRecords, type Places } from '../../../system/places.ts'
import type { Member } from '../member.ts'
import { baseLayers } from '../release/base.ts'
import { readLayers } from '../release/layer-contents.ts'
import type { Layers } from '../release/records.ts'
import type { LayerContents } from '../release/resolve.ts'

/** @throws Failure (refused) if something here was not published: bringing an earlier release would lose it */
export async function refuseUnpublished(member: Member, places: Places): Promise<void> {
  const published = await baseLayers(places, member)
  const here = readLayers(places)
  if (here.size === 0 || isDeepStrictEqual(contentsOf(here), contentsOf(published))) return
  throw refusal('records or files of the fleet were changed here and not published, and would be lost', {
    hint: 'Look at them: gabarit fleet diff\nPublish them first, or put them back.',
  })
}

/** Without what is empty: an empty folder is nothing that could be lost. */
function contentsOf(layers: Layers) {
  return [...layers].flatMap(([name, { databases, files }]) => {
    const filled = [...databases].filter(([, records]) => records.size > 0)
    return filled.length === 0 && files.size === 0 ? [] : [{ name, databases: new Map(filled), files }]
  })
}

/** Makes the records and files on this controller those of a release. */
export function bringLayers(places: Places, layers: Layers, command: string): void {
  const before = readLayers(places)
  const folders = [fleetRecords(places), join(places.site, 'fleet')]
  const known = folders.flatMap(folder => layersIn(places, folder))
  const named = [...layers.keys()].map(layerAt)
  const all = new Map([...known, ...named].map(layer => [layerPath(layer), layer]))
  for (const [path, layer] of all) {
    const [from, to] = [before.get(path), layers.get(path)]
    const wanted = new Map([...(from?.databases ?? [])].map(([name]) => [name, to?.databases.get(name)]))
    for (const [name, records] of to?.databases ?? []) wanted.set(name, records)
    const own = layerPlaces(places, layer)
    places.files.makeFolder(own.databases, 0o700)
    changeDatabases(own, databaseChanges(new Map(from?.databases ?? []), wanted), command)
    bringFiles(join(places.site, 'fleet', path), from, to, places)
  }
}

function layerAt(path: string): Layer {
  const [kind = '', name = ''] = path.split('/')
  return kind === 'group' || kind === 'host' ? { kind, name } : { kind: 'all' }
}

function bringFiles(
  folder: string,
  from: LayerContents | undefined,
  to: LayerContents | undefined,
  { files }: Places,
): void {
  for (const [path, file] of to?.files ?? []) {
    if (isDeepStrictEqual(from?.files.get(path), file)) continue
    const real = join(folder, path)
    files.makeFolder(dirname(real))
    files.remove(real)
    if ('link' in file) files.symlink(file.link, real)
    else files.writeNew(real, file.data, { mode: file.program ? 0o755 : 0o644, uid: 0, gid: 0 })
  }
  for (const path of from?.files.keys() ?? []) if (to?.files.has(path) !== true) files.remove(join(folder, path))
}
