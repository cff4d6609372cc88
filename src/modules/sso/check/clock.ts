import { Failure } from '../../../base/failure.ts'
import { sayDuration } from '../../../base/time.ts'
import type { Diagnosis } from '../../../terminal/module.ts'
import { TOLERANCE } from '../gate/saml/checks.ts'
import { askHttps } from '../https.ts'

/** Half of what is tolerated: the other half is for what comes. */
const WORRYING = TOLERANCE / 2

/** Compares the clock with the provider's, which it says with each answer. @param now milliseconds since 1970 */
export async function checkClock(login: string, now: () => number): Promise<Diagnosis> {
  const began = now()
  try {
    const { headers } = await askHttps(new URL(login).origin, { headOnly: true })
    const theirs = Date.parse(headers.date ?? '')
    if (Number.isNaN(theirs)) return { level: 'ok', message: 'not compared: the provider does not say its time' }
    // Headers have whole seconds.
    const difference = (began + now()) / 2 - (theirs + 500)
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
    // Only browsers need to reach the provider.
    return { level: 'ok', message: `not compared: the provider cannot be asked from here (${error.message})` }
  }
}
