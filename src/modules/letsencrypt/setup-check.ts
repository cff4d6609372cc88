import type { Certificates } from './certificates.ts'
import { dropNames, previewDrop } from './preflight/drop.ts'
import { preflightOptions } from './preflight/options.ts'
import { failingNames, type PreflightReport, preflight } from './preflight/preflight.ts'
import { reportAsText } from './preflight/show.ts'
import { namesToCheck, wantedCertificates } from './wanted.ts'
import type { World } from './world.ts'

export interface CheckOptions {
  /** Exclude the names that fail. */
  readonly dropFailing: boolean
  /** Checks to skip, or `all`. */
  readonly skip: ReadonlySet<string>
}

/** Checks every wanted name before a certificate is requested, and reports the findings. */
export async function checkNames(
  { wanted, authority, settings, world }: Certificates,
  { dropFailing, skip }: CheckOptions,
): Promise<'fine' | 'names were left out' | 'failed'> {
  const { places, progress, say, warn } = world
  const names = namesToCheck(places, wanted)
  const options = preflightOptions(settings, authority, names, skip)
  if (options.skip.has('all')) {
    say('the checks are skipped')
    return 'fine'
  }
  const report = await preflight(options, progress)
  if (report.ok) {
    say(`checked ${names.length} names: no problems`)
    return 'fine'
  }
  say(reportAsText(report))
  const problem = leaveOut(report, world, dropFailing)
  if (problem === undefined) return 'names were left out'
  warn(problem)
  return 'failed'
}

/** Excludes the failing names, if that is wanted. @returns why no certificate can be requested nevertheless */
function leaveOut(report: PreflightReport, world: World, dropFailing: boolean): string | undefined {
  const { places, say, warn } = world
  const failing = failingNames(report).map(({ name }) => name)
  if (failing.length === 0 || report.general.some(({ state }) => state === 'failed'))
    return 'the checks failed, so no certificate was requested'
  if (!dropFailing) {
    const way = 'Fix them, or exclude them: gabarit letsencrypt setup --drop-failing'
    return `these names fail, so the whole certificate would fail: ${failing.join(', ')}\n  ${way}`
  }
  const { stay } = previewDrop(world, failing)
  if (stay.length > 0) {
    const way = 'config setprop letsencrypt configure none, then enable the names one by one'
    const why = 'cannot be excluded, because the property configure of letsencrypt includes them'
    return `these names fail, but ${why}: ${stay.join(', ')}\n  ${way}`
  }
  for (const name of dropNames(places, failing)) say(`${name}: letsencryptSSLcert disabled`)
  return wantedCertificates(world, warn).length > 0 ? undefined : 'no names are left'
}
