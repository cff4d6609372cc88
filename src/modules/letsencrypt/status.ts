import { daysLeft, sayTime, sayWhen } from '../../base/time.ts'
import { Certificates, issuerName } from './certificates.ts'
import { undone } from './deploy.ts'
import type { Ruling } from './ledger/judge.ts'
import { sameNames } from './pem.ts'
import { stateKey } from './renew.ts'
import { renewalTime, urgency } from './renewal.ts'
import { allAssignments } from './serve.ts'
import type { Settings } from './settings.ts'
import { missingSettings, oldAddresses } from './settings-check.ts'
import type { State, Trouble } from './state.ts'
import type { StoredCertificate } from './store.ts'
import { certificatesInService, type InService } from './warn.ts'
import type { Mode, WantedCertificate, World } from './world.ts'

/** The state of one wanted certificate. */
export interface CertificateStatus {
  readonly name: string
  readonly names: readonly string[]
  readonly certificate: StoredCertificate | undefined
  readonly issuer: string | undefined
  readonly daysLeft: number | undefined
  readonly nextRenewal: Date | undefined
  /** If a person has chosen it: until when it is served. */
  readonly chosenUntil: Date | undefined
  /** A page on which the authority explains the renewal time. */
  readonly explanation: string | undefined
  /** Records that name it: `modSSL`, domains. */
  readonly records: readonly string[]
  /** Records from which a person has removed it. */
  readonly takenOut: readonly string[]
  readonly trouble: Trouble | undefined
  readonly left: Ruling['left']
}

/** The state of all certificates. */
export interface Status {
  readonly status: Settings['status']
  readonly mode: Mode
  readonly directory: string
  readonly certificates: readonly CertificateStatus[]
  /** Other certificates that records name: older ones, or set by hand. */
  readonly others: readonly InService[]
  /** What needs a person's attention, in words. */
  readonly problems: readonly string[]
}

/** Reads databases, certificates and the ledger; sends no requests. */
export function certificateStatus(settings: Settings, state: State, world: World): Status {
  const now = world.clock.now()
  const problems: string[] = []
  const mode = settings.status === 'enabled' ? 'production' : 'test'
  const certificates = new Certificates(world, settings, mode)
  const inService = certificatesInService(world.places, problem => problems.push(problem))
  const wanted = settings.status === 'disabled' ? [] : certificates.wanted
  const left = undone(world.places, mode === 'test' ? [] : allAssignments(certificates, world.places), state.entered)
  const rows = wanted.map(one => {
    const takenOut = left.filter(({ certificate }) => certificate?.name === one.name).map(({ key }) => key)
    return { ...rowOf(one, certificates, inService, state, now), takenOut }
  })
  const known = new Set(rows.flatMap(({ certificate }) => certificate?.certificate.fingerprint256 ?? []))
  problems.push(...settingProblems(settings, wanted), ...rows.flatMap(row => rowProblems(row, now)))
  problems.push(...certificates.damages().map(({ failure }) => failure.describe()))
  if (state.deployment !== undefined) problems.push(state.deployment)
  for (const one of inService) {
    if (urgency(one, now) > 0) problems.push(`${one.record}: its certificate ${expiry(one.until, now)}`)
    if (mode === 'production' && isTest(one, settings))
      problems.push(
        `${one.record} names a certificate of the test authority, which is never served: gabarit letsencrypt setup`,
      )
  }
  return {
    status: settings.status,
    mode,
    directory: certificates.authority.directory,
    certificates: rows,
    others: inService.filter(({ fingerprint }) => !known.has(fingerprint)),
    problems,
  }
}

const NOT_ISSUED = {
  issuer: undefined,
  daysLeft: undefined,
  nextRenewal: undefined,
  chosenUntil: undefined,
  explanation: undefined,
  records: [],
} as const

function rowOf(
  wanted: WantedCertificate,
  certificates: Certificates,
  inService: readonly InService[],
  state: State,
  now: Date,
): Omit<CertificateStatus, 'takenOut'> {
  const { name, names } = wanted
  const newest = certificates.store.newest(name)
  const certificate = certificates.store.current(name, names) ?? newest
  const renewal = certificates.store.history(name).some(older => sameNames(older.names, names))
  const whole = certificates.ledger.damage() === undefined
  const left = whole ? certificates.ledger.before({ certificate: name, names, renewal }).left : []
  const base = { name, names, certificate, left, trouble: state.trouble(stateKey(certificates, name)) }
  if (certificate === undefined) return { ...base, ...NOT_ISSUED }
  const { fingerprint256 } = certificate.certificate
  const { certificate: last } = newest ?? certificate
  const window = state.window(last.fingerprint256)
  return {
    ...base,
    issuer: issuerName(certificate.certificate),
    daysLeft: daysLeft(certificate.until, now.getTime()),
    nextRenewal: renewalTime(last, window),
    chosenUntil: certificates.choice(wanted)?.until,
    explanation: window?.explanation,
    records: inService.filter(({ fingerprint }) => fingerprint === fingerprint256).map(({ record }) => record),
  }
}

function settingProblems(settings: Settings, wanted: readonly WantedCertificate[]): string[] {
  const old = oldAddresses(settings).map(
    ({ property, old: from }) =>
      `${property} is ${from}, an ACME version 1 URL that no longer works. To correct it: gabarit letsencrypt setup`,
  )
  if (settings.status === 'disabled') return old
  return [...old, ...missingSettings(settings, wanted).map(({ message, command }) => `${message}: ${command}`)]
}

/** A single failure may be temporary, and is tried again within minutes. */
function rowProblems({ name, names, certificate, trouble }: CertificateStatus, now: Date): string[] {
  const problems: string[] = []
  if (trouble !== undefined && trouble.failures > 1)
    problems.push(`${name}: failed ${trouble.failures} times since ${sayTime(trouble.since)}: ${trouble.message}`)
  if (certificate === undefined) problems.push(`${name}: there is no certificate yet: gabarit letsencrypt setup`)
  else if (certificate.until <= now) problems.push(`${name}: the certificate ${expiry(certificate.until, now)}`)
  else if (!names.every(one => certificate.names.includes(one)))
    problems.push(`${name}: names were added since it was issued: gabarit letsencrypt setup`)
  return problems
}

function isTest({ file }: InService, { test, production }: Settings): boolean {
  return test.id !== production.id && file.includes(`/letsencrypt/${test.id}/`)
}

function expiry(until: Date, now: Date): string {
  return `${until < now ? 'expired' : 'expires'} ${sayWhen(until, now.getTime())}, at ${sayTime(until)}`
}
