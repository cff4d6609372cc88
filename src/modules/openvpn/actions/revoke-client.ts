import { Failure } from '../../../base/failure.ts'
import type { ActionRun } from '../../../event/action.ts'
import { run as showClients } from '../commands/clients.ts'
import type { Signed } from '../pki.ts'
import { kill, OURS, recordOf, speaking } from './client.ts'
import type { EasyRsa } from './easy-rsa.ts'
import { installList } from './hand-over.ts'
import { withPki } from './make-pki.ts'

const REASONS =
  'unspecified keyCompromise CACompromise affiliationChanged superseded cessationOfOperation certificateHold'.split(' ')

/**
 * `vpn-client-revoke NAME [REASON]`: revokes the certificates of a client, puts the new list where the servers read it, and
 * disconnects the client. Repeating it completes an interrupted run.
 */
export async function revokeClient(run: ActionRun): Promise<void> {
  const [name = '', reason = 'unspecified'] = run.context.event.args
  // Another set-up may have given it a name with blanks.
  if (!/^[^-.][^/\p{Cc}]*$/u.test(name) || OURS.test(name)) throw new Failure(`not the name of a client: ${name}`)
  if (!REASONS.includes(reason)) throw new Failure(`not a reason: ${reason}. One of: ${REASONS.join(' ')}`)
  await withPki(run, async rsa => {
    if (rsa.file('index.txt') === undefined) throw new Failure('there is no PKI yet')
    const signed = rsa.signed(name)
    if (signed.length === 0) throw new Failure(`${name} never had a certificate`)
    const valid = signed.filter(certificate => certificate.valid)
    if (valid.length === 0) run.say(`the certificates of ${name} are already revoked`)
    for (const { serial, until } of valid)
      run.say(`revoking the certificate ${serial} of ${name} (${reason}), notAfter=${until.toISOString()}`)
    if (valid.length > 0) await showClients(speaking(run, name)).catch(() => undefined)
    await revokeAll(rsa, name, valid, reason)
    rsa.store.commit()
    installList(run, rsa)
  })
  const killed = await kill(run, name, true)
  const record = recordOf(run, name)
  if (record !== undefined && record.properties.get('status') !== 'revoked') {
    const values = { status: 'revoked', revoked: new Date().toISOString().slice(0, 10), reason }
    run.change(
      Object.entries(values).map(([property, value]) => {
        const old = record.properties.get(property) ?? null
        return { database: 'vpn', key: name, property, old, new: value }
      }),
    )
  }
  if (!killed)
    throw new Failure(
      `${name} is revoked, but could not be disconnected; to try again: gabarit vpn kill ${name} --halt`,
    )
}

/** Revokes certificates of a name, and makes a new list. */
export async function revokeAll(rsa: EasyRsa, name: string, old: readonly Signed[], reason: string): Promise<void> {
  for (const { serial } of old) await rsa.revoke(name, serial, reason)
  if (old.length > 0) await rsa.call(['gen-crl'])
}
