import { Failure } from '../../base/failure.ts'
import { sayTimeFrom } from '../../base/time.ts'
import { type Certificates, notAsAsked } from './certificates.ts'
import { askFor, dehydratedFolder } from './dehydrated.ts'
import { readDehydrated } from './dehydrated-files.ts'
import { readLeaf, sameNames } from './pem.ts'
import type { StoredCertificate } from './store.ts'
import type { WantedCertificate, World } from './world.ts'

/** Why no certificate was issued. */
export interface NotIssued {
  readonly message: string
  readonly hint: string
  /** Set if the authority was not asked, because of its limits: trying earlier is useless. */
  readonly until?: Date
}

/** A certificate, or why there is none. */
export type Issued = { readonly certificate: StoredCertificate } | { readonly failure: NotIssued }

/**
 * Gets one certificate: checks the ledger whether the authority would issue one, has dehydrated get it, verifies it, and adds
 * it to the history.
 * @param force ask the authority even if its limits are reached
 */
export async function issue(
  certificates: Certificates,
  wanted: WantedCertificate,
  world: World,
  force: boolean,
): Promise<Issued> {
  try {
    const refusal = force ? undefined : refusedByLedger(certificates, wanted)
    return refusal === undefined ? await ask(certificates, wanted, world) : { failure: refusal }
  } catch (error) {
    // It must not block the other certificates.
    if (!(error instanceof Failure)) throw error
    const { where, message, hint = '' } = error
    return { failure: { message: where === undefined ? message : `${where}: ${message}`, hint } }
  }
}

/** Why the limits of the authority forbid it. */
function refusedByLedger({ store, ledger }: Certificates, { name, names }: WantedCertificate): NotIssued | undefined {
  const renewal = store.history(name).some(older => sameNames(older.names, names))
  const { allowed, refusals } = ledger.before({ certificate: name, names, renewal })
  if (allowed) return undefined
  const until = new Date(Math.max(...refusals.map(refusal => refusal.until.getTime())))
  const message = refusals.map(refusal => refusal.message).join('; ')
  return { message, hint: `The authority was not asked. It would issue one from ${sayTimeFrom(until)}.`, until }
}

async function ask(certificates: Certificates, wanted: WantedCertificate, world: World): Promise<Issued> {
  const { authority, settings } = certificates
  const folder = dehydratedFolder(settings, authority, wanted.name)
  const before = readDehydrated(folder)?.id
  const run = await askFor(wanted, authority, settings, world)
  if (run.newAccount) certificates.note({ kind: 'account' })
  const found = readDehydrated(folder)
  if (found !== undefined && found.id !== before) {
    const certificate = takeOver(certificates, wanted, found.texts.cert)
    const missing = wanted.names.filter(name => !certificate.names.includes(name))
    if (missing.length > 0) throw notAsAsked(wanted.name, [`it does not contain ${missing.join(', ')}`])
    return { certificate }
  }
  const { message, hint, failedNames } = run.failure ?? NOTHING_CAME
  certificates.note({ kind: 'failed', names: wanted.names, failedNames, said: run.output })
  return { failure: { message, hint } }
}

/** Even an unusable certificate was issued, so the authority counts it. */
function takeOver(certificates: Certificates, wanted: WantedCertificate, pem: string): StoredCertificate {
  let adopted: StoredCertificate | undefined
  try {
    adopted = certificates.adopt(wanted.name)
  } catch (error) {
    if (error instanceof Failure)
      certificates.note({ kind: 'issued', names: wanted.names, certificate: readLeaf(pem, wanted.name).fingerprint256 })
    throw error
  }
  return adopted ?? takenOver(certificates, wanted, pem)
}

/** The hook has already put it into the history. */
function takenOver({ store }: Certificates, { name }: WantedCertificate, pem: string): StoredCertificate {
  const found = store.find(name, readLeaf(pem, name))
  if (found === undefined) throw notAsAsked(name, ['it is not in the history'])
  return found
}

const NOTHING_CAME = {
  message: 'dehydrated succeeded, but there is no certificate',
  hint: 'Run dehydrated -c by hand to see its output.',
  failedNames: [] as string[],
}
