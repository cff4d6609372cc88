import { createHash, type X509Certificate } from 'node:crypto'
import { isObject } from '../../base/is-object.ts'
import { askDirectory, askJson } from './ask-directory.ts'
import { certificateId } from './certificate-id.ts'
import { NoAnswer } from './https-get.ts'
import { retryAfter } from './ledger/retry-after.ts'
import type { Authority, Clock } from './types.ts'

/** When an authority wants a certificate to be renewed (RFC 9773 §4.2). */
export interface RenewalWindow {
  readonly start: Date
  readonly end: Date
  /** A page that says why. */
  readonly explanation?: string
  /** The earliest time at which to ask again. */
  readonly askAgain: Date
}

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE
/** The default for authorities that do not specify it (RFC 9773 §4.3.3). */
const USUAL = 6 * 60 * MINUTE

/**
 * Asks the authority when a certificate should be renewed. Never throws: without an answer, the server's own schedule applies.
 * @param options.timeout milliseconds for each of the two requests; default: 10 s
 * @param options.note receives the reason if there is no answer
 * @returns undefined if the authority has no renewal information or does not answer
 */
export async function suggestedWindow(
  authority: Authority,
  certificate: X509Certificate,
  options: { clock: Clock; timeout?: number; note?: (reason: string) => void },
): Promise<RenewalWindow | undefined> {
  const { clock, timeout = 10_000, note = () => {} } = options
  try {
    const { renewalInfo } = await askDirectory(authority, timeout)
    if (renewalInfo === undefined) return undefined
    const id = certificateId(certificate)
    if (id === undefined) throw new NoAnswer('the certificate does not name the key of its issuer')
    const url = `${renewalInfo.replace(/\/$/, '')}/${id}`
    const { body, retryAfter: again } = await askJson(url, authority, timeout)
    const window = windowIn(body)
    if (window === undefined) throw new NoAnswer(`${url} does not contain a time window`)
    return { ...window, askAgain: new Date(timeToAsk(again, clock.now().getTime())) }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    note(error.message)
    return undefined
  }
}

/**
 * A random time in the window, but always the same for a given certificate and window (RFC 9773 §4.2: a uniform random time).
 * So nothing has to be stored, and asking again does not delay the renewal.
 */
export function momentIn({ start, end }: Pick<RenewalWindow, 'start' | 'end'>, certificate: X509Certificate): Date {
  const seed = `${certificate.fingerprint256} ${start.toISOString()} ${end.toISOString()}`
  const fraction = createHash('sha256').update(seed).digest().readUIntBE(0, 6) / 2 ** 48
  return new Date(start.getTime() + Math.floor(fraction * (end.getTime() - start.getTime())))
}

/** A window that ends before it begins is ignored (RFC 9773 §4.2). */
function windowIn({ suggestedWindow: window, explanationURL }: Readonly<Record<string, unknown>>) {
  if (!isObject(window) || typeof window.start !== 'string' || typeof window.end !== 'string') return undefined
  const [start, end] = [new Date(window.start), new Date(window.end)]
  if (!(start.getTime() < end.getTime())) return undefined
  const page = typeof explanationURL === 'string' && URL.canParse(explanationURL) ? new URL(explanationURL) : undefined
  return { start, end, ...(page?.protocol === 'https:' ? { explanation: page.href } : {}) }
}

/** Less than a minute counts as a minute, more than a day as a day (RFC 9773 §4.3.2). */
function timeToAsk(header: string | undefined, now: number): number {
  const wanted = header === undefined ? undefined : retryAfter(header, now)
  return Math.min(Math.max(wanted ?? now + USUAL, now + MINUTE), now + DAY)
}
