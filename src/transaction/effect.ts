import { setTimeout as pause } from 'node:timers/promises'
import type { Records } from '../db/record.ts'
import { describeDifference } from '../effective/difference.ts'
import { askNow, look } from '../effective/look.ts'
import { probesOf, questionsOf } from '../effective/probes.ts'
import { readManifest } from '../state/manifest.ts'
import type { Adjustment } from '../system/service/adjustment.ts'
import type { Run } from './run.ts'

/** Time that a daemon has until it does what its new files say, in milliseconds: a reload ends before that. */
const PATIENCE = 4000
const PAUSE = 100

/** On a machine so slow that a look takes seconds, the daemon is as slow. */
const LEAST_LOOKS = 5

/**
 * Asks whether what the records say is in effect, now that the services are adjusted. What is not makes the run fail, as an
 * adjustment that fails does: the files are in place, but the machine does something else. Nothing is rolled back, because the
 * former files would lose to the same rival.
 */
export async function lookAtEffect(
  adjustments: readonly Adjustment[],
  configuration: Records,
  { context: { places, system, descriptions }, log }: Run,
): Promise<void> {
  if (places.root !== '/' || system.dryRun) return
  const records = adjustments.flatMap(({ service }) => configuration.get(service) ?? [])
  const asked = new Set(log.checked)
  const isNew = (command: readonly string[]) => !asked.has(command.join(' '))
  const probes = records
    .flatMap(record => probesOf(record, descriptions))
    .filter(probe => questionsOf(probe, places).some(({ command }) => isNew(command)))
  if (probes.length === 0) return
  log.report({ kind: 'step', step: 'asking what is in effect' })
  const manifest = readManifest(places)
  const ask = askNow(system, places)
  const deadline = Date.now() + PATIENCE
  let found = await look(probes, places, manifest, ask)
  const mayStillCome = () => found.differences.some(({ probe, warns }) => probe.how.when === 'after' && !warns)
  for (let looks = 1; mayStillCome() && (looks < LEAST_LOOKS || Date.now() < deadline); looks++) {
    await pause(PAUSE)
    found = await look(probes, places, manifest, ask)
  }
  for (const one of found.differences)
    if (one.warns) log.report({ kind: 'warning', message: describeDifference(one) })
    else log.note(describeDifference(one))
  for (const problem of found.problems)
    log.report({ kind: 'warning', message: `what is in effect is not known: ${problem}` })
}
