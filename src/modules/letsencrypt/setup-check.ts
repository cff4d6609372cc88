import type { Certificates } from './certificates.ts'
import { dropNames, previewDrop } from './preflight/drop.ts'
import { preflightOptions } from './preflight/options.ts'
import { failingNames, preflight } from './preflight/preflight.ts'
import { reportAsText } from './preflight/show.ts'
import { namesToCheck, wantedCertificates } from './wanted.ts'
import type { World } from './world.ts'

/** How the checks are to be done. */
interface CheckOptions {
  /** Leave out the names that fail. */
  readonly dropFailing: boolean
  /** Checks to leave out, or `all`. */
  readonly skip: ReadonlySet<string>
}

/** Checks every wanted name before any authority is asked, and tells what was found. */
export async function checkNames(
  { wanted, authority, settings }: Certificates,
  world: World,
  { dropFailing, skip }: CheckOptions,
): Promise<'fine' | 'names were left out' | 'failed'> {
  const { places, progress, say, warn } = world
  const names = namesToCheck(places, wanted)
  const options = preflightOptions(settings, authority, names, skip)
  if (options.skip.has('all')) {
    say('the checks are left out')
    return 'fine'
  }
  progress(`checking ${names.length} names`)
  let done = 0
  const report = await preflight(options, ({ name }) => progress(`checked ${++done} of ${names.length}: ${name}`))
  if (report.ok) {
    say(`checked ${names.length} names: all is well`)
    return 'fine'
  }
  say(reportAsText(report))
  const failing = failingNames(report).map(({ name }) => name)
  if (failing.length === 0 || report.general.some(({ state }) => state === 'failed')) {
    warn('the checks failed; nothing was asked of any authority')
    return 'failed'
  }
  const list = failing.join(', ')
  if (!dropFailing) {
    const way = 'Mend them, or leave them out: gabarit letsencrypt setup --drop-failing'
    warn(`these names fail, and with them the whole certificate: ${list}\n  ${way}`)
    return 'failed'
  }
  const { stay } = previewDrop(world, failing)
  if (stay.length > 0) {
    const way = 'config setprop letsencrypt configure none, then enable the names one by one'
    const why = 'cannot be left out, because letsencrypt configure takes them unasked'
    warn(`these names fail, and ${why}: ${stay.join(', ')}\n  ${way}`)
    return 'failed'
  }
  for (const name of dropNames(places, failing)) say(`${name}: letsencryptSSLcert disabled`)
  if (wantedCertificates(world, warn).length > 0) return 'names were left out'
  warn('no name is left')
  return 'failed'
}
