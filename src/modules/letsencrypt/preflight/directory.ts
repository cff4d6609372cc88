import { askDirectory, NoAnswer, untrustedTime } from '../ask-authority.ts'
import type { Authority, Clock } from '../world.ts'
import { type CheckResult, failed, ok, skipped, warning } from './check.ts'

const MINUTE = 60 * 1000
/** A smaller clock error does no harm. */
const TOLERATED = 5 * MINUTE
/** Let's Encrypt backdates certificates by an hour. If the clock is further behind, they are not valid yet on this server. */
const HARMFUL = 60 * MINUTE

/**
 * Gets the authority's directory, and compares this server's clock with its time.
 * @param skip checks to skip; the authority is only asked if one of its checks is left
 * @returns also the names that identify it in CAA records, in lower case
 */
export async function checkDirectory(authority: Authority, clock: Clock, skip: ReadonlySet<string>) {
  if (['authority', 'clock', 'caa'].every(check => skip.has(check))) return { results: [], caaIdentities: [] }
  const began = clock.now().getTime()
  try {
    const { date, caaIdentities } = await askDirectory(authority)
    const now = (began + clock.now().getTime()) / 2
    return {
      results: [ok('authority', `${authority.directory} answers`), checkClock(date, now)],
      caaIdentities: caaIdentities.map(name => name.toLowerCase()),
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const hint =
      'Is this server connected to the internet, and is TestCA or ProductionCA correct? If so, try again later.'
    const date = error.certificateTime ? await untrustedTime(authority.directory) : undefined
    const results = [failed('authority', error.message, hint), checkClock(date, clock.now().getTime())]
    return { results, caaIdentities: knownIdentities(authority) }
  }
}

/** The identity of Let's Encrypt is known even if it does not answer. */
function knownIdentities({ directory }: Authority): readonly string[] {
  const isKnown = URL.canParse(directory) && new URL(directory).hostname.endsWith('.letsencrypt.org')
  return isKnown ? ['letsencrypt.org'] : []
}

/** Headers have whole seconds, so the authority is half a second later on average. */
function checkClock(date: number | undefined, now: number): CheckResult {
  if (date === undefined) return skipped('clock', 'the authority sends no time')
  const difference = now - (date + 500)
  const size = Math.abs(difference)
  if (size <= TOLERATED) return ok('clock', `correct within ${size < 2000 ? 'seconds' : sayLength(size)}`)
  const reason = `the clock of this server is ${sayLength(size)} ${difference > 0 ? 'ahead' : 'behind'}`
  const hint = 'Set it, and keep it correct: timedatectl set-ntp true'
  return size > HARMFUL ? failed('clock', reason, hint) : warning('clock', reason, hint)
}

function sayLength(milliseconds: number): string {
  const minutes = milliseconds / MINUTE
  if (minutes < 2) return `${Math.round(milliseconds / 1000)} s`
  if (minutes < 120) return `${Math.round(minutes)} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`
}
