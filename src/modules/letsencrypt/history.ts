import { Failure, refusal } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { sayTime } from '../../base/time.ts'
import { Certificates } from './certificates.ts'
import type { Settings } from './settings.ts'
import type { StoredCertificate } from './store.ts'
import type { Mode, World } from './world.ts'

/** A certificate in a history, and the certificates of its authority. */
interface Issued {
  readonly certificates: Certificates
  readonly certificate: StoredCertificate
}

/** The certificate that a person means: by its name, or the only one. */
export function pickName(names: readonly string[], asked: string | undefined): string {
  const [first, ...others] = names
  if (asked === undefined && first !== undefined && others.length === 0) return first
  const list = names.length === 0 ? 'There are no certificates yet.' : `Certificates: ${names.join(' ')}`
  if (asked === undefined) throw refusal('missing certificate name', { hint: list })
  if (names.includes(asked)) return asked
  throw refusal(`there is no certificate ${JSON.stringify(asked)}${didYouMean(asked, names)}`, { hint: list })
}

/**
 * A certificate in a history by its id, or `latest`, or `previous`: the one before the one in service.
 * @param current undefined if it is unknown which one was chosen
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
  const none = isWord ? 'there is no previous one' : `there is no certificate with the id ${asked}`
  const what = unknown ? 'it is unknown which one is in service, so there is no previous one' : none
  throw refusal(what, { hint: `Its history, newest first: ${ids.join(' ')}\nSee also: gabarit letsencrypt list` })
}

/**
 * Chooses a certificate of the production authority to serve, see {@link CertificateStore.choose}.
 * @throws Failure (refused) if it does not exist or is no longer valid
 */
export function choose(world: World, settings: Settings, asked: string, name: string | undefined): Issued {
  const certificates = new Certificates(world, settings, 'production')
  const { store } = certificates
  certificates.warnOfDamages()
  const picked = pickName(store.names(), name)
  const names = certificates.wanted.find(wanted => wanted.name === picked)?.names ?? []
  const certificate = pickCertificate(store.history(picked), store.current(picked, names), asked)
  if (certificate.revoked) throw refusal(`the certificate ${picked} ${certificate.id} is revoked`)
  if (certificate.until <= world.clock.now()) throw refusal(`the certificate ${picked} ${certificate.id} has expired`)
  const until = store.choose(certificate)
  if (until !== undefined)
    world.say(
      `${picked} ${certificate.id}: served until ${sayTime(until)}, even if newer ones are issued; to return earlier: gabarit letsencrypt use latest ${picked}`,
    )
  return { certificates, certificate }
}

/**
 * Finds a certificate of either authority, to revoke it.
 * @throws Failure if it does not exist; (refused) if two of the same second share the id
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
      hint: 'To list them: gabarit letsencrypt list',
    })
  if (name === undefined && others.length > 0) pickName([...new Set(found.map(one => one.certificate.name))], name)
  return first
}
