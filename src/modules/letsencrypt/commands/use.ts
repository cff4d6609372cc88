import { EXIT, refusal } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import { sayTime } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import { alone } from '../run-lock.ts'
import { putIntoService } from '../serve.ts'
import { State } from '../state.ts'
import type { StoredCertificate } from '../stored-certificate.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt use ID|previous|latest [CERTIFICATE]` */
export function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [id = '', asked] = args
  const world = makeWorld(invocation, 'use')
  return alone(world, async () => {
    const certificates = new Certificates(world, 'production')
    certificates.warnOfDamages()
    const name = pickName(certificates.store.names(), asked)
    choose(certificates, name, id)
    const served = await putIntoService(certificates, new State(places, world.warn), new Set([name]))
    return served ? EXIT.done : EXIT.failed
  })
}

/**
 * Chooses a certificate to serve, see {@link CertificateStore.choose}.
 * @throws Failure (refused) if it does not exist or is no longer valid
 */
function choose({ store, wanted, world }: Certificates, name: string, id: string): void {
  const names = wanted.find(one => one.name === name)?.names
  const certificate = pickCertificate(store.history(name), store.current(name, names), id)
  const what = `${name} ${certificate.id}`
  if (certificate.revoked) throw refusal(`the certificate ${what} is revoked`)
  if (certificate.until <= world.clock.now()) throw refusal(`the certificate ${what} has expired`)
  const until = store.choose(certificate)
  if (until !== undefined)
    world.say(
      `${what}: served until ${sayTime(until)}, even if newer ones are issued; to return earlier: gabarit letsencrypt use latest ${name}`,
    )
}

/** The certificate that a person means: by its name, or the only one. */
function pickName(names: readonly string[], asked: string | undefined): string {
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
function pickCertificate(
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
