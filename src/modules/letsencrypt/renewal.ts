import type { X509Certificate } from 'node:crypto'
import { DAY, sayTime } from '../../base/time.ts'
import { type RenewalWindow, timeIn } from './ari.ts'
import type { Certificates } from './certificates.ts'
import type { WantedCertificate } from './world.ts'
import { sameNames, type Validity, validityOf } from './x509.ts'

/** How long before expiry a certificate is renewed, in milliseconds: a third of its lifetime, or half of a short one. */
export function renewalMargin({ from, until }: Validity): number {
  const lifetime = until.getTime() - from.getTime()
  return lifetime < 10 * DAY ? lifetime / 2 : lifetime / 3
}

/** The same in whole days, for dehydrated: at least one, and no more than the property RenewDays allows. */
export function renewDays(validity: Validity): number {
  return Math.min(3650, Math.max(1, Math.ceil(renewalMargin(validity) / DAY)))
}

/**
 * When to renew a certificate. The window that the authority suggests (RFC 9773) can only make this earlier, never later: it is
 * advice, and a wrong suggestion must not let a certificate expire.
 */
export function renewalTime(certificate: X509Certificate, window?: Pick<RenewalWindow, 'start' | 'end'>): Date {
  const validity = validityOf(certificate)
  const usual = validity.until.getTime() - renewalMargin(validity)
  if (window === undefined) return new Date(usual)
  return new Date(Math.min(usual, timeIn(window, certificate).getTime()))
}

/** Minutes after a failure until the next try; the last one repeats. */
const DELAYS = [1, 10, 100, 1440]

/** When to try again after this many failures in a row. */
export function nextTry(failures: number, now: Date): Date {
  const delay = DELAYS[Math.min(failures, DELAYS.length) - 1] ?? 1
  return new Date(now.getTime() + delay * 60_000)
}

/** How close a certificate is to expiry: warnings are sent when this rises. */
export function urgency({ from, until }: Validity, now: Date): 0 | 1 | 2 | 3 | 4 {
  const left = (until.getTime() - now.getTime()) / (until.getTime() - from.getTime())
  if (left <= 0) return 4
  if (left <= 1 / 16) return 3
  if (left <= 1 / 8) return 2
  return left <= 1 / 4 ? 1 : 0
}

/** Why a certificate is due by our own schedule; undefined if it is not. */
export function whyDue({ name, names }: WantedCertificate, { store, world }: Certificates): string | undefined {
  const newest = store.newest(name)
  if (newest === undefined) return 'there is none yet'
  const now = world.clock.now()
  if (newest.until <= now) return `expired at ${sayTime(newest.until)}`
  if (!sameNames(newest.names, names)) return 'the names have changed'
  const time = renewalTime(newest.certificate)
  return time <= now ? `due since ${sayTime(time)}, expires at ${sayTime(newest.until)}` : undefined
}

/** The wanted certificates that are due by our own schedule. */
export function dueCertificates(certificates: Certificates): WantedCertificate[] {
  return certificates.wanted.filter(one => whyDue(one, certificates) !== undefined)
}

/**
 * The certificates that the test authority has to give before production is asked: those that it has not issued with the same
 * names, or that have expired. None when it is the same authority.
 * @param all whether or not production has them already
 */
export function untestedCertificates(test: Certificates, production: Certificates, all: boolean): WantedCertificate[] {
  if (test.authority.id === production.authority.id) return []
  const open = all ? production.wanted : dueCertificates(production)
  const now = test.world.clock.now()
  return open.filter(
    ({ name, names }) => !test.store.history(name).some(one => sameNames(one.names, names) && one.until > now),
  )
}
