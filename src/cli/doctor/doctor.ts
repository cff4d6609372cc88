import { Failure } from '../../base/failure.ts'
import { sayDay } from '../../base/time.ts'
import { readableDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import type { Invocation } from '../../terminal/command.ts'
import type { Check, CheckedServer, Diagnosis } from '../../terminal/module.ts'
import { MODULES } from '../modules.ts'
import { CONSOLE_CHECK } from './console-check.ts'
import { EFFECTIVE_CHECK } from './effective-check.ts'
import { type Ignore, readIgnores } from './ignores.ts'
import { SECRETS_CHECK } from './secrets-check.ts'
import { SERVER_CHECKS } from './server-checks.ts'
import { STATE_CHECKS } from './state-checks.ts'

/** The checks of gabarit: the engine's, then those of its modules. */
export const CHECKS: readonly Check[] = [
  ...STATE_CHECKS,
  SECRETS_CHECK,
  ...SERVER_CHECKS,
  EFFECTIVE_CHECK,
  CONSOLE_CHECK,
  ...MODULES.flatMap(({ checks }) => checks),
]

/** One finding, and whether it is ignored. */
export interface DoctorFinding extends Diagnosis {
  readonly id: string
  readonly ignored?: Ignore
}

/** `gabarit doctor` */
export async function run({ io, places, system, answer }: Invocation): Promise<number> {
  const findings = await examine(places, system, io.now())
  const errors = findings.filter(({ level, ignored }) => level === 'error' && ignored === undefined)
  const rows = findings.map(finding => ({
    ...finding,
    command: finding.command ?? null,
    ignored: finding.ignored ?? null,
  }))
  return answer(rows, findings.map(asText).join('\n'), errors.length === 0)
}

function asText({ id, level, message, command, ignored }: DoctorFinding): string {
  if (ignored !== undefined) return `ignored  ${id}: until ${ignored.until}: ${ignored.reason}`
  const first = `${level.padEnd(7)}  ${id}: ${message.replaceAll('\n', '\n         ')}`
  return command === undefined ? first : `${first}\n         run: ${command}`
}

/**
 * Runs checks. An ignore that has ended no longer counts.
 * @param checks default: all, those of installed modules too
 */
export async function examine(
  places: Places,
  system: System,
  now: Date,
  checks?: readonly Check[],
): Promise<DoctorFinding[]> {
  const all = [...CHECKS, ...(await installedChecks(places))]
  const ids = all.map(({ id }) => id)
  const ignores = readIgnores(places, ids)
  const today = sayDay(now)
  const configuration = readableDatabase(databaseFile(places, 'configuration')) ?? new Map()
  const patient: CheckedServer = { places, system, configuration, now: now.getTime() }
  const findings: DoctorFinding[] = []
  for (const check of checks ?? all) {
    const { id } = check
    const ignored = ignores.find(ignore => ignore.id === id && ignore.until >= today)
    for (const diagnosis of await diagnose(check, patient))
      findings.push(
        ignored === undefined || diagnosis.level === 'ok' ? { id, ...diagnosis } : { id, ...diagnosis, ignored },
      )
  }
  return findings
}

async function installedChecks(places: Places): Promise<Check[]> {
  if (places.modules.length === 0) return []
  return (await import('../installed/module.ts')).modulesOf(places).flatMap(({ checks }) => checks)
}

/** What a check cannot read is a finding, too. */
async function diagnose({ run, mend }: Check, patient: CheckedServer): Promise<readonly Diagnosis[]> {
  try {
    return await run(patient)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [{ level: 'error', message: error.describe(), ...(mend === undefined ? {} : { command: mend }) }]
  }
}
