import { createHash, type X509Certificate } from 'node:crypto'
import { derElements } from '../../base/der.ts'
import { isObject } from '../../base/is-object.ts'
import { objectOf, optional, type TypeOf, text } from '../../base/shape.ts'
import { askDirectory, askJson, NoAnswer } from './ask-authority.ts'
import { retryAfter } from './ledger/retry-after.ts'
import type { Authority, Clock } from './world.ts'

/** When an authority wants a certificate to be renewed (RFC 9773 §4.2). Times in ISO 8601. */
export type RenewalWindow = TypeOf<typeof renewalWindow>
export const renewalWindow = objectOf({
  start: text,
  end: text,
  /** A page that says why. */
  explanation: optional(text),
  /** The earliest time at which to ask again. */
  askAgain: text,
})

const MINUTE = 60 * 1000
const DAY = 24 * 60 * MINUTE
/** The default for authorities that do not specify it (RFC 9773 §4.3.3). */
const USUAL = 6 * 60 * MINUTE

/**
 * Asks the authority when a certificate should be renewed. Without an answer, the server's own schedule applies.
 * @param timeout milliseconds for each of the two requests
 * @returns why there is no answer; undefined if the authority has no renewal information
 */
export async function suggestedWindow(
  authority: Authority,
  certificate: X509Certificate,
  clock: Clock,
  timeout = 10_000,
): Promise<RenewalWindow | NoAnswer | undefined> {
  try {
    const { renewalInfo } = await askDirectory(authority, timeout)
    if (renewalInfo === undefined) return undefined
    const id = certificateId(certificate)
    if (id === undefined) throw new NoAnswer('the certificate does not name the key of its issuer')
    const url = `${renewalInfo.replace(/\/$/, '')}/${id}`
    const { body, retryAfter: again } = await askJson(url, authority, timeout)
    const window = windowIn(body)
    if (window === undefined) throw new NoAnswer(`${url} does not contain a time window`)
    return { ...window, askAgain: timeToAsk(again, clock.now().getTime()).toISOString() }
  } catch (error) {
    if (error instanceof NoAnswer) return error
    throw error
  }
}

/**
 * A random time in the window, but always the same for a given certificate and window (RFC 9773 §4.2: a uniform random time).
 * So nothing has to be stored, and asking again does not delay the renewal.
 */
export function timeIn({ start, end }: Pick<RenewalWindow, 'start' | 'end'>, certificate: X509Certificate): Date {
  const seed = `${certificate.fingerprint256} ${start} ${end}`
  const fraction = createHash('sha256').update(seed).digest().readUIntBE(0, 6) / 2 ** 48
  return new Date(Date.parse(start) + Math.floor(fraction * (Date.parse(end) - Date.parse(start))))
}

/** A window that ends before it begins is ignored (RFC 9773 §4.2). */
function windowIn({ suggestedWindow: window, explanationURL }: Readonly<Record<string, unknown>>) {
  if (!isObject(window) || typeof window.start !== 'string' || typeof window.end !== 'string') return undefined
  const [start, end] = [new Date(window.start), new Date(window.end)]
  if (!(start.getTime() < end.getTime())) return undefined
  const page = typeof explanationURL === 'string' && URL.canParse(explanationURL) ? new URL(explanationURL) : undefined
  return {
    start: start.toISOString(),
    end: end.toISOString(),
    ...(page?.protocol === 'https:' ? { explanation: page.href } : {}),
  }
}

/** Less than a minute counts as a minute, more than a day as a day (RFC 9773 §4.3.2). */
function timeToAsk(header: string | undefined, now: number): Date {
  const wanted = header === undefined ? undefined : retryAfter(header, now)
  return new Date(Math.min(Math.max(wanted ?? now + USUAL, now + MINUTE), now + DAY))
}

/** Object identifier 2.5.29.35, the authority key identifier (RFC 5280 §4.2.1.1), in DER. */
const AUTHORITY_KEY = Buffer.from('0603551d23', 'hex')
const TAG = { boolean: 0x01, octets: 0x04, sequence: 0x30, keyIdentifier: 0x80 } as const

/**
 * The identifier of a certificate for an authority (RFC 9773 §4.1): the key identifier of its issuer and its serial number, each
 * in base64url, separated by a dot.
 * @returns undefined if the certificate has no key identifier of its issuer
 */
export function certificateId(certificate: X509Certificate): string | undefined {
  const key = authorityKey(certificate.raw)
  return key === undefined ? undefined : `${key.toString('base64url')}.${serial(certificate).toString('base64url')}`
}

/** The bytes of the serial number in DER: a leading zero keeps a number with the first bit set positive. */
function serial({ serialNumber }: X509Certificate): Buffer {
  const even = serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`
  return Buffer.from(/^[89a-f]/i.test(even) ? `00${even}` : even, 'hex')
}

/** Node exposes no extension except the alternative names, so this one is read from the DER itself. */
function authorityKey(der: Buffer): Buffer | undefined {
  for (let at = der.indexOf(AUTHORITY_KEY); at >= 0; at = der.indexOf(AUTHORITY_KEY, at + 1)) {
    let rest = der.subarray(at + AUTHORITY_KEY.length)
    if (rest[0] === TAG.boolean) rest = rest.subarray(3)
    const key = inner(inner(inner(rest, TAG.octets), TAG.sequence), TAG.keyIdentifier)
    if (key !== undefined && key.length > 0) return key
  }
  return undefined
}

/** The content of the first DER element, if it has this tag. */
function inner(der: Buffer | undefined, tag: number): Buffer | undefined {
  const first = der === undefined ? undefined : derElements(der)[0]
  return first?.tag === tag ? first.content : undefined
}
