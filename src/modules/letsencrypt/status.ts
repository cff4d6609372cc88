import { daysLeft, sayTime } from '../../base/time.ts'
import { Certificates, issuerName } from './certificates.ts'
import { assignments, undone } from './deploy.ts'
import type { Ruling } from './ledger/judge.ts'
import { renewalTime, urgency } from './renewal.ts'
import type { Settings } from './settings.ts'
import { missingSettings, oldAddresses } from './settings-check.ts'
import type { State, Trouble } from './state.ts'
import type { StoredCertificate } from './store.ts'
import { certificatesInService, type InService, sayExpiry } from './warn.ts'
import type { Mode, WantedCertificate, World } from './world.ts'

/** The state of one wanted certificate, as `--json` prints it. */
export interface CertificateStatus {
  readonly name: string
  readonly names: readonly string[]
  /** Null like all that follows if it has not been issued yet. */
  readonly id: string | null
  readonly issuer: string | null
  readonly from: Date | null
  readonly until: Date | null
  readonly daysLeft: number | null
  readonly nextRenewal: Date | null
  /** If a person has chosen it: until when it is served. */
  readonly chosenUntil: Date | null
  /** A page on which the authority explains the renewal time. */
  readonly explanation: string | null
  /** Records that name it: `modSSL`, domains. */
  readonly inService: readonly string[]
  /** Records from which a person has removed it. */
  readonly takenOut: readonly string[]
  readonly left: Ruling['left']
  readonly trouble: Trouble | null
}

/** The state of all certificates, as `--json` prints it. */
export interface Status {
  readonly status: Settings['status']
  readonly mode: Mode
  /** URL of its directory. */
  readonly authority: string
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
  problems.push(...settingProblems(settings, wanted))
  const undoneByHand = undone(world.places, mode === 'test' ? [] : assignments(certificates), state.entered)
  const known = new Set<string>()
  const rows = wanted.map((one): CertificateStatus => {
    const certificate = certificates.store.current(one.name, one.names) ?? certificates.store.newest(one.name)
    if (certificate !== undefined) known.add(certificate.certificate.fingerprint256)
    const trouble = state.trouble(certificates.stateKey(one.name)) ?? null
    const takenOut = undoneByHand.filter(undo => undo.certificate?.name === one.name).map(({ key }) => key)
    const left = certificates.ledger.damage() === undefined ? certificates.ruling(one).left : []
    problems.push(...certificateProblems(one, certificate, trouble, now))
    return { ...one, ...factsOf(one, certificate, certificates, inService, state), takenOut, left, trouble }
  })
  problems.push(...certificates.damages().map(({ failure }) => failure.describe()))
  if (state.deployment !== undefined) problems.push(state.deployment)
  for (const one of inService) {
    if (urgency(one, now) > 0) problems.push(`${one.record}: its certificate ${sayExpiry(one.until, now)}`)
    if (mode === 'production' && isTest(one, settings))
      problems.push(
        `${one.record} names a certificate of the test authority, which is never served: gabarit letsencrypt setup`,
      )
  }
  return {
    status: settings.status,
    mode,
    authority: certificates.authority.directory,
    certificates: rows,
    others: inService.filter(({ fingerprint }) => !known.has(fingerprint)),
    problems,
  }
}

/** What the certificate itself says, and how it is used. */
function factsOf(
  wanted: WantedCertificate,
  certificate: StoredCertificate | undefined,
  certificates: Certificates,
  inService: readonly InService[],
  state: State,
) {
  const fingerprint256 = certificate?.certificate.fingerprint256
  const newest = (certificates.store.newest(wanted.name) ?? certificate)?.certificate
  const window = newest && state.window(newest.fingerprint256)
  return {
    id: certificate?.id ?? null,
    issuer: certificate === undefined ? null : issuerName(certificate.certificate),
    from: certificate?.from ?? null,
    until: certificate?.until ?? null,
    daysLeft: certificate === undefined ? null : daysLeft(certificate.until, certificates.world.clock.now().getTime()),
    nextRenewal: newest === undefined ? null : renewalTime(newest, window),
    chosenUntil: certificates.store.choice(wanted.name, wanted.names)?.until ?? null,
    explanation: window?.explanation ?? null,
    inService: inService.filter(({ fingerprint }) => fingerprint === fingerprint256).map(({ record }) => record),
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
function certificateProblems(
  { name, names }: WantedCertificate,
  certificate: StoredCertificate | undefined,
  trouble: Trouble | null,
  now: Date,
): string[] {
  const problems: string[] = []
  if (trouble !== null && trouble.failures > 1)
    problems.push(`${name}: failed ${trouble.failures} times since ${sayTime(trouble.since)}: ${trouble.message}`)
  if (certificate === undefined) problems.push(`${name}: there is no certificate yet: gabarit letsencrypt setup`)
  else if (certificate.until <= now) problems.push(`${name}: the certificate ${sayExpiry(certificate.until, now)}`)
  else if (!names.every(one => certificate.names.includes(one)))
    problems.push(`${name}: names were added since it was issued: gabarit letsencrypt setup`)
  return problems
}

function isTest({ file }: InService, { test, production }: Settings): boolean {
  return test.id !== production.id && file.includes(`/letsencrypt/${test.id}/`)
}
