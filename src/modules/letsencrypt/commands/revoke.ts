import { join } from 'node:path'
import { EXIT, refusal } from '../../../base/failure.ts'
import { readBytes } from '../../../system/read-files.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { authorityState } from '../authority.ts'
import { revoke } from '../dehydrated.ts'
import { findIssued } from '../history.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { certificatesInService } from '../warn.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt revoke ID [CERTIFICATE]` */
export function run(invocation: Invocation): Promise<number> {
  const { args, places, flag, print } = invocation
  const [id = '', name] = args
  const world = makeWorld(invocation, 'revoke')
  return alone(world, 'gabarit letsencrypt revoke', async turn => {
    const settings = readSettings(places)
    const { certificates, certificate } = findIssued(world, settings, id, name)
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
    const { store, authority } = certificates
    const withdrawn = authorityState(places, authority).within('withdrawn')
    const copy = `${certificate.name}-${id}.pem`
    withdrawn.write(copy, readBytes(join(certificate.folder, 'cert.pem')))
    // Recorded first: if this is killed, the list shows it, and the command can be repeated.
    store.noteRevoked(certificate, 'begun')
    try {
      await revoke(withdrawn.path(copy), authority, settings, turn)
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
