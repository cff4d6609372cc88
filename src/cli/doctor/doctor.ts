import { sayDay } from '../../base/time.ts'
import { readableDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import type { Diagnosis, Patient } from './check.ts'
import { type Ignore, readIgnores } from './ignores.ts'
import { SERVER_CHECKS } from './server-checks.ts'
import { STATE_CHECKS } from './state-checks.ts'
import { VPN_CHECKS } from './vpn-checks.ts'

const CHECKS = [...STATE_CHECKS, ...SERVER_CHECKS, ...VPN_CHECKS]

/** One finding, and whether it is ignored. */
export interface Finding extends Diagnosis {
  readonly id: string
  readonly ignored?: Ignore
}

/**
 * Runs checks. Expired ignores do not count.
 * @param only ids of the checks to run; default: all
 */
export function examine(places: Places, system: System, now: Date, only?: readonly string[]): Finding[] {
  const ignores = readIgnores(
    places,
    CHECKS.map(({ id }) => id),
  )
  const today = sayDay(now)
  const configuration = readableDatabase(databaseFile(places, 'configuration')) ?? new Map()
  const patient: Patient = { places, system, configuration, now: now.getTime() }
  const checks = only === undefined ? CHECKS : CHECKS.filter(({ id }) => only.includes(id))
  return checks.flatMap(({ id, run }) => {
    const ignored = ignores.find(ignore => ignore.id === id && ignore.until >= today)
    return run(patient).map(diagnosis =>
      ignored === undefined || diagnosis.level === 'ok' ? { id, ...diagnosis } : { id, ...diagnosis, ignored },
    )
  })
}
