import { sayTime } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates, issuerName } from '../certificates.ts'
import { certificatesInService } from '../warn.ts'
import { makeWorld } from './world.ts'

const BEGUN = ', its revocation was interrupted: gabarit letsencrypt revoke'

/** `gabarit letsencrypt list` */
export async function run(invocation: Invocation): Promise<number> {
  const { places, answer } = invocation
  const world = makeWorld(invocation, 'list')
  const inService = new Set(certificatesInService(places, world.warn).map(({ fingerprint }) => fingerprint))
  let whole = true
  const rows = (['production', 'test'] as const).flatMap(mode => {
    const certificates = new Certificates(world, mode)
    whole = certificates.warnOfDamages() && whole
    const { store } = certificates
    return store.names().flatMap(name =>
      store.history(name).map(({ id, certificate, from, until, names, folder, revoked }) => {
        const served = inService.has(certificate.fingerprint256)
        const withdrawn = { revoked: revoked === 'done', revoking: revoked === 'begun' }
        return { mode, name, id, issuer: issuerName(certificate), from, until, names, folder, ...withdrawn, served }
      }),
    )
  })
  const lines = rows.map(({ mode, name, id, issuer, until, names, revoked, revoking, served }) => {
    const marks = `${served ? ', in service' : ''}${revoked ? ', revoked' : ''}${revoking ? BEGUN : ''}`
    return `${name}  ${id}  ${mode}: ${issuer}, ${names.length} names, until ${sayTime(until)}${marks}`
  })
  return answer(rows, lines.join('\n') || 'no certificate has been issued yet', whole)
}
