import { Failure, refusal } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { sayTime } from '../../base/time.ts'
import { Certificates } from './certificates.ts'
import type { Settings } from './settings.ts'
import type { StoredCertificate } from './store.ts'
import type { Mode } from './types.ts'
import type { World } from './world.ts'

/** A certificate of a history, and those of its authority. */
interface Issued {
  readonly certificates: Certificates
  readonly certificate: StoredCertificate
}

/** The certificate that a person means: by its name, or the only one there is. */
export function pickName(names: readonly string[], asked: string | undefined): string {
  const [first, ...others] = names
  if (asked === undefined && first !== undefined && others.length === 0) return first
  const list = names.length === 0 ? 'There is none yet.' : `Certificates: ${names.join(' ')}`
  if (asked === undefined) throw refusal('which certificate?', { hint: list })
  if (names.includes(asked)) return asked
  throw refusal(`there is no certificate ${JSON.stringify(asked)}${didYouMean(asked, names)}`, { hint: list })
}

/**
 * A certificate of a history by its id, or `latest`, or `previous`: the one before that which is served.
 * @param current undefined also when nobody knows which one was chosen
 */
export function pickCertificate(
  history: readonly StoredCertificate[],
  current: StoredCertificate | undefined,
  asked: string,
): StoredCertificate {
  const usable = history.filter(({ revoked }) => !revoked)
  const word = asked.toLowerCase()
  const at = word === 'latest' ? 0 : usable.findIndex(({ id }) => id === current?.id) + 1
  const isWord = word === 'latest' || word === 'previous'
  const found = isWord ? usable[at] : history.find(({ id }) => id === asked)
  const unknown = word === 'previous' && current === undefined && usable.length > 0
  if (found !== undefined && !unknown) return found
  const ids = history.map(({ id }) => id)
  const none = isWord ? 'there is none before it' : `there is none with the id ${asked}`
  const what = unknown ? 'nobody knows which one is served, so none is the one before' : none
  throw refusal(what, { hint: `Its history, the newest first: ${ids.join(' ')}\ngabarit letsencrypt list` })
}

/**
 * Chooses a certificate of the production authority to be served, see {@link CertificateStore.choose}.
 * @throws Failure (refused) when there is no such one, or it holds no more
 */
export function choose(world: World, settings: Settings, asked: string, name: string | undefined): Issued {
  const certificates = new Certificates(world, settings, 'production')
  const { store } = certificates
  certificates.warnOfDamages()
  const picked = pickName(store.names(), name)
  const names = certificates.wanted.find(wanted => wanted.name === picked)?.names ?? []
  const certificate = pickCertificate(store.history(picked), store.current(picked, names), asked)
  if (certificate.revoked) throw refusal(`the certificate ${picked} ${certificate.id} is withdrawn`)
  if (certificate.until <= world.clock.now()) throw refusal(`the certificate ${picked} ${certificate.id} has expired`)
  const until = store.choose(certificate)
  if (until !== undefined)
    world.say(
      `${picked} ${certificate.id}: served until ${sayTime(until)}, also when newer ones come; back before: gabarit letsencrypt use latest ${picked}`,
    )
  return { certificates, certificate }
}

/**
 * A certificate of either authority, for withdrawing it.
 * @throws Failure when there is no such one; (refused) when two of one second have the id
 */
export function findIssued(world: World, settings: Settings, id: string, name: string | undefined): Issued {
  const found = (['production', 'test'] satisfies Mode[]).flatMap(mode => {
    const certificates = new Certificates(world, settings, mode)
    certificates.warnOfDamages()
    const { store } = certificates
    const names = name === undefined ? store.names() : store.names().filter(known => known === name)
    const matching = names.flatMap(known => store.history(known)).filter(known => known.id === id)
    return matching.map(certificate => ({ certificates, certificate }))
  })
  const [first, ...others] = found
  const whose = name === undefined ? '' : ` of ${JSON.stringify(name)}`
  if (first === undefined)
    throw new Failure(`there is no certificate${whose} with the id ${JSON.stringify(id)}`, {
      hint: 'gabarit letsencrypt list',
    })
  if (name === undefined && others.length > 0) pickName([...new Set(found.map(one => one.certificate.name))], name)
  return first
}
