import { Failure } from '../../base/failure.ts'
import { sayTime, sayTimeFrom } from '../../base/time.ts'
import { type Certificates, issuerName, notAsAsked } from './certificates.ts'
import { askFor, dehydratedFolder, type Received, readDehydrated } from './dehydrated.ts'
import type { NotIssued, State } from './state.ts'
import type { StoredCertificate } from './stored-certificate.ts'
import type { WantedCertificate } from './world.ts'
import { nameProblems, readLeaf } from './x509.ts'

/**
 * Gets one certificate: checks the ledger whether the authority would issue one, has dehydrated get it, verifies it, and adds
 * it to the history.
 * @param force ask the authority even if its limits are reached
 * @returns why there is none; undefined if it was issued
 */
export async function issue(
  certificates: Certificates,
  wanted: WantedCertificate,
  state: State,
  force: boolean,
): Promise<NotIssued | undefined> {
  try {
    const refused = force ? undefined : refusedByLedger(certificates, wanted)
    if (refused !== undefined) return refused
    const answer = await ask(certificates, wanted)
    if ('message' in answer) return answer
    const { names, certificate, until } = answer
    state.succeeded(certificates.stateKey(wanted.name))
    const what = `certificate by ${issuerName(certificate)} for ${names.length} names`
    certificates.world.say(`${wanted.name}: ${what}, until ${sayTime(until)}`)
    return undefined
  } catch (error) {
    // It must not block the other certificates.
    if (!(error instanceof Failure)) throw error
    const { where, message, hint = '' } = error
    return { message: where === undefined ? message : `${where}: ${message}`, hint }
  }
}

/** Why the limits of the authority forbid it. */
function refusedByLedger(certificates: Certificates, wanted: WantedCertificate): NotIssued | undefined {
  const { allowed, refusals } = certificates.ruling(wanted)
  if (allowed) return undefined
  const until = new Date(Math.max(...refusals.map(refusal => refusal.until.getTime())))
  const message = refusals.map(refusal => refusal.message).join('; ')
  return { message, hint: `The authority was not asked. It would issue one from ${sayTimeFrom(until)}.`, until }
}

/**
 * @returns the certificate, or why there is none
 * @throws Failure that says what is wrong with it
 */
async function ask(certificates: Certificates, wanted: WantedCertificate): Promise<StoredCertificate | NotIssued> {
  const { authority, settings, world } = certificates
  const folder = dehydratedFolder(settings, authority, wanted.name)
  const before = readDehydrated(folder)?.id
  const run = await askFor(wanted, authority, settings, world)
  if (run.newAccount) certificates.note({ kind: 'account' })
  const found = readDehydrated(folder)
  if (found === undefined || found.id === before) {
    const { issued, failedNames, ...why } = run.failure ?? NOTHING_CAME
    const { names, name } = wanted
    if (issued) certificates.note({ kind: 'issued', names, renewal: certificates.store.hasHad(name, names) })
    else certificates.note({ kind: 'failed', names, failedNames, said: run.output })
    return why
  }
  const certificate = takeOver(certificates, wanted, found)
  const problems = nameProblems(certificate.names, wanted.names)
  if (problems.length > 0) throw notAsAsked(wanted.name, problems)
  return certificate
}

/** Even an unusable certificate was issued, so the authority counts it. */
function takeOver(certificates: Certificates, { name, names }: WantedCertificate, found: Received): StoredCertificate {
  try {
    return certificates.adopt(name, found).certificate
  } catch (error) {
    if (error instanceof Failure) {
      const certificate = readLeaf(found.texts.cert, name).fingerprint256
      certificates.note({ kind: 'issued', names, renewal: false, certificate })
    }
    throw error
  }
}

const NOTHING_CAME = {
  message: 'dehydrated succeeded, but there is no certificate',
  hint: 'Run dehydrated -c by hand to see its output.',
  issued: false,
  failedNames: [] as string[],
}
