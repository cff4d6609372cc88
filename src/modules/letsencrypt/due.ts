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
export function tested({ store }: Certificates, { name, names }: WantedCertificate, { clock }: World): boolean {
  return store.history(name).some(({ names: given, until }) => sameNames(given, names) && until > clock.now())
}
