import { daysLeft, sayDays, sayTime, sayTimeFrom } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates, issuerName } from '../certificates.ts'
import { assignments, undone } from '../deploy.ts'
import { renewalTime, urgency } from '../renewal.ts'
import { missingSettings, oldAddresses, type Settings } from '../settings.ts'
import { State, type Trouble } from '../state.ts'
import type { StoredCertificate } from '../stored-certificate.ts'
import { certificatesInService, type InService, sayExpiry } from '../warn.ts'
import type { WantedCertificate, World } from '../world.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt status` */
export async function run(invocation: Invocation): Promise<number> {
  const { places, answer } = invocation
  const world = makeWorld(invocation, 'status')
  const found = certificateStatus(new State(places, world.warn), world)
  return answer(found, asText(found), found.problems.length === 0)
}

type Status = ReturnType<typeof certificateStatus>

function asText({ status, mode, authority, certificates, others, problems }: Status): string {
  const head = status === 'disabled' ? 'letsencrypt is disabled' : `${status}: the ${mode} authority ${authority}`
  return [
    head,
    ...certificates.flatMap(certificateLines),
    ...others.map(({ record, file, until }) => `${record}: ${file}, until ${sayTime(until)}`),
    ...(problems.length === 0 ? ['nothing to do'] : ['needs attention:', ...problems.map(problem => `  ${problem}`)]),
  ].join('\n')
}

function certificateLines(row: Status['certificates'][number]): string[] {
  const { name, until, daysLeft, nextRenewal, chosenUntil, explanation, inService, takenOut, trouble } = row
  const lines = [`certificate ${name}`, `  names: ${row.names.join(' ')}`]
  if (until === null || nextRenewal === null) lines.push('  not issued yet')
  else {
    const rest = daysLeft === null || daysLeft < 0 ? 'expired' : `${sayDays(daysLeft)} left`
    const why = explanation === null ? '' : ` (the authority explains: ${explanation})`
    lines.push(
      `  issued by ${row.issuer}`,
      `  until ${sayTime(until)}, ${rest}; renewed from ${sayTime(nextRenewal)}${why}`,
      `  ${inService.length === 0 ? 'not in service' : `in service: ${inService.join(', ')}`}`,
    )
  }
  if (chosenUntil !== null)
    lines.push(
      `  chosen by hand until ${sayTime(chosenUntil)}; to use the newest: gabarit letsencrypt use latest ${name}`,
    )
  if (takenOut.length > 0)
    lines.push(`  removed by hand: ${takenOut.join(', ')}; to restore it: gabarit letsencrypt setup`)
  const limits = row.left.map(({ limit, what, used, of }) => `${limit} of ${what}: ${of - used} of ${of} left`)
  if (limits.length > 0) lines.push(`  limits: ${limits.join('; ')}`)
  if (trouble !== null)
    lines.push(`  last error: ${trouble.message}`, `  ${trouble.hint}`, `  next try: ${sayTimeFrom(trouble.nextTry)}`)
  return lines
}

/** The state of all certificates, as `--json` prints it. Reads databases, certificates and the ledger; sends no requests. */
function certificateStatus(state: State, world: World) {
  const now = world.clock.now()
  const problems: string[] = []
  const leftOut: string[] = []
  const certificates = new Certificates(world, undefined, message => leftOut.push(message))
  const { settings } = certificates
  const { mode } = settings
  const inService = certificatesInService(world.places, problem => problems.push(problem))
  const wanted = settings.status === 'disabled' ? [] : certificates.wanted
  problems.push(...settingProblems(settings, wanted), ...(settings.status === 'disabled' ? [] : leftOut))
  const undoneByHand = undone(world.places, mode === 'test' ? [] : assignments(certificates), state.entered)
  const known = new Set<string>()
  const rows = wanted.map(one => {
    const certificate = certificates.store.current(one.name, one.names) ?? certificates.store.newest(one.name)
    if (certificate !== undefined) known.add(certificate.certificate.fingerprint256)
    const trouble = state.trouble(certificates.stateKey(one.name)) ?? null
    // Records from which a person has removed it.
    const takenOut = undoneByHand.filter(undo => undo.certificate?.name === one.name).map(({ record }) => record.key)
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
    /** Other certificates that records name: older ones, or set by hand. */
    others: inService.filter(({ fingerprint }) => !known.has(fingerprint)),
    /** What needs a person's attention, in words. */
    problems,
  }
}

/** What the certificate itself says, and how it is used; null for what there is not. */
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
    /** If a person has chosen it: until when it is served. */
    chosenUntil: certificates.store.choice(wanted.name, wanted.names)?.until ?? null,
    /** A page on which the authority explains the renewal time. */
    explanation: window?.explanation ?? null,
    /** Records that name it: `modSSL`, domains. */
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
  if (trouble !== null && (trouble.failures > 1 || trouble.stuck === true)) {
    const times = trouble.failures > 1 ? `${trouble.failures} times since` : 'at'
    problems.push(`${name}: failed ${times} ${sayTime(trouble.since)}: ${trouble.message}`, trouble.hint)
  }
  if (certificate === undefined) problems.push(`${name}: there is no certificate yet: gabarit letsencrypt setup`)
  else if (certificate.until <= now) problems.push(`${name}: the certificate ${sayExpiry(certificate.until, now)}`)
  else if (!names.every(one => certificate.names.includes(one)))
    problems.push(`${name}: names were added since it was issued: gabarit letsencrypt setup`)
  return problems
}

function isTest({ file }: InService, { test, production }: Settings): boolean {
  return test.id !== production.id && file.includes(`/letsencrypt/${test.id}/`)
}
