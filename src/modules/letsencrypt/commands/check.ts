import { EXIT } from '../../../base/failure.ts'
import { saysYes } from '../../../terminal/ask-first.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import { skippedChecks } from '../preflight/check.ts'
import { type DropPreview, dropNames, previewDrop } from '../preflight/drop.ts'
import { failingNames, type PreflightReport, preflight } from '../preflight/preflight.ts'
import { reportAsText } from '../preflight/show.ts'
import { wantedCertificates } from '../wanted.ts'
import type { World } from '../world.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt check` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag } = invocation
  const world = makeWorld(invocation, 'check')
  const json = flag('json')
  const skip = skippedChecks(invocation)
  const certificates = new Certificates(world)
  const { authority } = certificates
  const report = await preflight(certificates, skip)
  if (!json) world.say(`checked for ${authority.directory}\n\n${reportAsText(report)}`)
  const preview = previewDrop(world, failingNames(report))
  const dropped = flag('drop-failing') ? await drop(report, preview, world, invocation) : []
  if (json) {
    const { ok, general, names } = report
    world.say(JSON.stringify({ authority: authority.directory, ok, general, names, preview, dropped }, null, 2))
  }
  return report.ok || isReady(report, dropped, world) ? EXIT.done : EXIT.failed
}

/** Excludes names after showing the effect; at a terminal, only if the person says yes. */
async function drop(
  report: PreflightReport,
  preview: DropPreview,
  world: World,
  invocation: Invocation,
): Promise<string[]> {
  const { places, say } = world
  const { io, flag } = invocation
  const quiet = flag('json')
  const names = failingNames(report)
  if (names.length === 0) return []
  if (!quiet) say(`\n${previewAsText(preview)}`)
  if (preview.records.length === 0) return []
  if (io.isTerminal(0) && !quiet && !(await saysYes('Exclude them? [y/N] ', invocation))) {
    say('nothing was changed')
    return []
  }
  const dropped = dropNames(places, names)
  if (!quiet) say(`excluded: ${dropped.join(', ')}\nTo apply this: signal-event console-save`)
  return dropped
}

function previewAsText({ records, also, stay }: DropPreview): string {
  const lines = records.map(record => `db ${record.replace(' ', ' setprop ')} letsencryptSSLcert disabled`)
  if (also.length > 0) lines.push(`also excluded, with their domain: ${also.join(' ')}`)
  if (stay.length > 0)
    lines.push(
      `not excluded, because the property configure of letsencrypt includes them: ${stay.join(' ')}`,
      '  config setprop letsencrypt configure none, then enable the names one by one',
    )
  return lines.join('\n')
}

/** Whether every failing name was excluded, others remain, and nothing else failed. */
function isReady(report: PreflightReport, dropped: readonly string[], world: World): boolean {
  if (dropped.length === 0 || report.general.some(({ state }) => state === 'failed')) return false
  const left = wantedCertificates(world, () => {}).flatMap(({ names }) => names)
  return left.length > 0 && failingNames(report).every(name => !left.includes(name))
}
