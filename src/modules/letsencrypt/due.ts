import type { Certificates } from './certificates.ts'
import { sameNames } from './pem.ts'
import { renewalTime } from './renewal.ts'
import type { WantedCertificate } from './types.ts'
import type { World } from './world.ts'

/** The wanted certificates that do not exist, have other names, or are due. */
export function dueCertificates({ wanted, store }: Certificates, { clock }: World): WantedCertificate[] {
  return wanted.filter(({ name, names }) => {
    const newest = store.newest(name)
    return newest === undefined || !sameNames(newest.names, names) || renewalTime(newest.certificate) <= clock.now()
  })
}

/** Whether the test authority has issued a certificate with the same names that is still valid. */
function tested({ store }: Certificates, { name, names }: WantedCertificate, { clock }: World): boolean {
  return store.history(name).some(({ names: given, until }) => sameNames(given, names) && until > clock.now())
}

/**
 * The certificates that the test authority has to give before production is asked; none when it is the same authority.
 * @param all whether or not production has them already
 */
export function untestedCertificates(
  test: Certificates,
  production: Certificates,
  world: World,
  all: boolean,
): WantedCertificate[] {
  if (test.authority.id === production.authority.id) return []
  const open = all ? production.wanted : dueCertificates(production, world)
  return open.filter(wanted => !tested(test, wanted, world))
}
