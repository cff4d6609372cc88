import { join } from 'node:path'
import { EXIT, Failure, refusal } from '../../../base/failure.ts'
import { readBytes } from '../../../system/read-files.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import { revoke } from '../dehydrated.ts'
import { alone } from '../run-lock.ts'
import { certificatesInService } from '../warn.ts'
import { authorityState, type World } from '../world.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt revoke ID [CERTIFICATE]` */
export function run(invocation: Invocation): Promise<number> {
  const { args, places, flag, print } = invocation
  const [id = '', name] = args
  const world = makeWorld(invocation, 'revoke')
  return alone(world, async held => {
    const { certificates, certificate } = findIssued(world, id, name)
    if (certificate.revoked === 'done') throw refusal(`${certificate.name} ${id} is already revoked`)
    const served = certificatesInService(places, world.warn).find(
      ({ fingerprint }) => fingerprint === certificate.certificate.fingerprint256,
    )
    // Once begun, it may already be revoked.
    if (served !== undefined && certificate.revoked === undefined && !flag('force'))
      throw refusal(`${certificate.name} ${id} is in service (${served.record})`, {
        hint: 'Put another one into service first: gabarit letsencrypt renew --force\nOr revoke it anyway: --force',
      })
    // dehydrated renames what it has revoked, so it gets a copy of the history's file.
    const { store, authority, settings } = certificates
    const withdrawn = authorityState(places, authority).within('withdrawn')
    const copy = `${certificate.name}-${id}.pem`
    withdrawn.write(copy, readBytes(join(certificate.folder, 'cert.pem')))
    // Recorded first: if this is killed, the list shows it, and the command can be repeated.
    store.noteRevoked(certificate, 'begun')
    try {
      await revoke(withdrawn.path(copy), authority, settings, held)
    } catch (error) {
      // An earlier command may have succeeded, even if this one fails.
      if (certificate.revoked === undefined) store.noteRevoked(certificate, undefined)
      throw error
    }
    store.noteRevoked(certificate, 'done')
    print(`${certificate.name} ${id}: revoked by the ${authority.mode} authority`)
    return EXIT.done
  })
}

/**
 * Finds a certificate of either authority.
 * @throws Failure if it does not exist; (refused) if two of the same second share the id
 */
function findIssued(world: World, id: string, name: string | undefined) {
  const found = (['production', 'test'] as const).flatMap(mode => {
    const certificates = new Certificates(world, mode)
    certificates.warnOfDamages()
    const { store } = certificates
    const matching = store.names().flatMap(known => store.history(known).filter(one => one.id === id))
    return matching.map(certificate => ({ certificates, certificate }))
  })
  const meant = found.filter(({ certificate }) => name === undefined || certificate.name === name)
  const [first] = meant
  const whose = name === undefined ? '' : ` of ${JSON.stringify(name)}`
  if (first === undefined)
    throw new Failure(`there is no certificate${whose} with the id ${JSON.stringify(id)}`, {
      hint: 'To list them: gabarit letsencrypt list',
    })
  const names = new Set(meant.map(({ certificate }) => certificate.name))
  if (names.size === 1) return first
  throw refusal('missing certificate name', { hint: `Certificates: ${[...names].join(' ')}` })
}
