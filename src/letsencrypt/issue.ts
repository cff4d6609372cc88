import { Failure } from '../system/failure.ts'
import { type Certificates, notAsAsked } from './certificates.ts'
import { askFor, dehydratedFolder } from './dehydrated.ts'
import { sayMoment } from './ledger/judge.ts'
import { readLeaf, sameNames } from './pem.ts'
import { readDehydrated, type StoredCertificate } from './store.ts'
import type { WantedCertificate } from './types.ts'
import type { World } from './world.ts'

/** Why no certificate came. */
export interface NotIssued {
  readonly message: string
  readonly hint: string
  /** The authority was not asked, because of its limits: no use to try before. */
  readonly until?: Date
}

/** A certificate, or why there is none. */
export type Issued = { readonly certificate: StoredCertificate } | { readonly failure: NotIssued }

/**
 * Gets one certificate: asks the ledger whether the authority would give one, lets dehydrated get it, looks whether it is
 * what was asked for, and adds it to the history.
 * @param force ask the authority although its limits are reached
 */
export async function issue(
  certificates: Certificates,
  wanted: WantedCertificate,
  world: World,
  force: boolean,
): Promise<Issued> {
  const { authority, settings, store, ledger } = certificates
  const before = store.history(wanted.name)
  const renewal = before.some(({ names }) => sameNames(names, wanted.names))
  const answer = ledger.before({ certificate: wanted.name, names: wanted.names, renewal })
  if (!answer.allowed && !force) {
    const until = new Date(Math.max(...answer.refusals.map(refusal => refusal.until.getTime())))
    const message = answer.refusals.map(refusal => refusal.message).join('; ')
    return {
      failure: {
        message,
        hint: `The authority was not asked. It would give one again from ${sayMoment(until)}.`,
        until,
      },
    }
  }
  const run = await askFor(wanted, authority, settings, world)
  if (run.newAccount) ledger.record({ kind: 'account' })
  try {
    const certificate = certificates.adopt(wanted.name) ?? newest(certificates, wanted, before)
    if (certificate !== undefined) {
      const missing = wanted.names.filter(name => !certificate.names.includes(name))
      if (missing.length > 0) throw notAsAsked(wanted.name, [`it does not bear ${missing.join(', ')}`])
      return { certificate }
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { failure: { message: error.message, hint: error.hint ?? '' } }
  }
  const { message, hint, failedNames } = run.failure ?? NOTHING_CAME
  ledger.record({ kind: 'failed', names: wanted.names, failedNames, said: run.output })
  return { failure: { message, hint } }
}

/** The hook has taken it over already. */
function newest(
  { store, settings, authority }: Certificates,
  { name }: WantedCertificate,
  before: readonly StoredCertificate[],
): StoredCertificate | undefined {
  const folder = dehydratedFolder(settings, authority, name)
  const found = readDehydrated(folder)
  if (found === undefined) return undefined
  const { fingerprint256 } = readLeaf(found.texts.cert, folder)
  if (before.some(({ certificate }) => certificate.fingerprint256 === fingerprint256)) return undefined
  return store.history(name).find(({ certificate }) => certificate.fingerprint256 === fingerprint256)
}

const NOTHING_CAME = {
  message: 'dehydrated ended well, but no certificate came',
  hint: 'Run dehydrated -c by hand to see what it says.',
  failedNames: [] as string[],
}
