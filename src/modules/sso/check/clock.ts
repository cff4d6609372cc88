import { Failure } from '../../../base/failure.ts'
import { sayDuration } from '../../../base/time.ts'
import type { Diagnosis } from '../../../terminal/module.ts'
import { TOLERANCE } from '../gate/saml/checks.ts'
import { askHttps } from '../https.ts'

/** Half of what is tolerated: the other half is for what comes. */
const WORRYING = TOLERANCE / 2

/**
 * Compares the clock with the provider's, which it says with each answer.
 * @param needed whether this server must reach the provider, and not browsers alone
 */
export async function checkClock(address: string, needed: boolean): Promise<Diagnosis> {
  const began = Date.now()
  try {
    const { headers } = await askHttps(new URL(address).origin, { headOnly: true })
    const theirs = Date.parse(headers.date ?? '')
    if (Number.isNaN(theirs)) return { level: 'ok', message: 'not compared: the provider does not say its time' }
    // Headers have whole seconds.
    const difference = (began + Date.now()) / 2 - (theirs + 500)
    const size = Math.abs(difference)
    if (size <= WORRYING)
      return {
        level: 'ok',
        message: `it agrees with that of the provider within ${sayDuration(Math.ceil(size / 1000))}`,
      }
    const message = `it is ${sayDuration(Math.round(size / 1000))} ${difference > 0 ? 'ahead of' : 'behind'} that of the provider`
    return { level: size > TOLERANCE ? 'error' : 'warning', message, command: 'timedatectl set-ntp true' }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const message = `the provider cannot be asked from here (${error.message})`
    if (needed) return { level: 'error', message, command: `curl -v ${address}` }
    return { level: 'ok', message: `not compared: ${message}` }
  }
}
