import { readableDatabase } from '../../../db/store.ts'
import { servicesDown } from '../../../effective/down.ts'
import { databaseFile, type Places } from '../../../system/places.ts'
import type { System } from '../../../system/system.ts'
import { WELL } from '../rollout/status.ts'

/** The enabled services that do not run, by record, with a sentence for each. */
export async function servicesThatAreDown(places: Places, system: System): Promise<ReadonlyMap<string, string>> {
  const configuration = readableDatabase(databaseFile(places, 'configuration')) ?? new Map()
  const down = await servicesDown(configuration, places, system)
  return new Map(down.map(({ record, sentence = `${record} does not run` }) => [record, sentence]))
}

/** Longest report of what is wrong. */
const LONGEST = 1000

/** `well`, or what does not run. */
export async function healthOf(places: Places, system: System): Promise<string> {
  const down = await servicesThatAreDown(places, system)
  return down.size === 0 ? WELL : [...down.values()].join('\n').slice(0, LONGEST)
}
