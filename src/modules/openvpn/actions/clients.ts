import { Failure, orFailure, unchanged } from '../../../base/failure.ts'
import type { ActionRun } from '../../../event/action.ts'
import { makeExpander } from '../../../plan/expand.ts'
import type { Signed } from '../pki.ts'
import { kill, knownClient } from './client.ts'
import { installList } from './hand-over.ts'
import { isUnused, withPki } from './make-pki.ts'
import { partsOf } from './pki-files.ts'
import { revokeAll } from './revoke-client.ts'

/** `vpn-client-create NAME...`: creates key and certificate for clients with a record. Existing ones are kept. */
export async function createClients(run: ActionRun): Promise<void> {
  const { name: event, args } = run.context.event
  const { dryRun } = run.context.system
  if (args.length === 0) throw new Failure(`missing client name: signal-event ${event} NAME...`)
  const clients = args.map(name => {
    const record = knownClient(run, name, `; first: db vpn set ${name} client`)
    if (record.properties.get('status') === 'revoked')
      throw new Failure(`${name} is revoked; to give it a new key: db vpn setprop ${name} status enabled`)
    return { name, passphrase: record.properties.get('Passphrase') ?? '' }
  })
  refuseWrongSettings(run)
  await withPki(run, async rsa => {
    // A dry run leaves nothing of the PKI that an enabled server gets just before.
    if (rsa.file('ca.crt') === undefined && (!dryRun || isUnused(run)))
      throw new Failure('there is no PKI yet: config setprop openvpn status enabled; signal-event openvpn-update')
    for (const { name, passphrase } of clients) {
      const certificate = rsa.certificate(name)
      if (certificate !== undefined && rsa.file(`private/${name}.key`) !== undefined) {
        run.say(`${name} has its certificate: notAfter=${certificate.validTo}`)
        continue
      }
      if (rsa.file('ca.crt') !== undefined) await rsa.certifyClient(name, passphrase)
      run.say(
        `${dryRun ? 'would create' : 'created'} key and certificate of ${name}; its profile: gabarit vpn profile ${name}`,
      )
    }
    rsa.store.commit()
  })
}

/**
 * `vpn-client-renew NAME [revoke-old | end-old]`: creates a new key and certificate. The old ones work until they expire, so that
 * the client can connect until it has its new profile; with revoke-old they are revoked at once. end-old creates nothing: it
 * revokes all but the latest, once the client has that.
 */
export async function renewClient(run: ActionRun): Promise<void> {
  const { name: event, args } = run.context.event
  const [name = '', what = ''] = args
  if (!['', 'revoke-old', 'end-old'].includes(what))
    throw new Failure(`unknown word "${what}": signal-event ${event} NAME [revoke-old | end-old]`)
  const record = knownClient(run, name)
  if (record.properties.get('status') === 'revoked') throw new Failure(`${name} is revoked`)
  refuseWrongSettings(run)
  await withPki(run, async rsa => {
    const latest = rsa.certificate(name)
    if (latest === undefined)
      throw new Failure(`${name} has no certificate yet: signal-event vpn-client-create ${name}`)
    const isOld = ({ valid, serial }: Signed) => valid && (what === 'revoke-old' || serial !== latest.serialNumber)
    const old = what === '' ? [] : rsa.signed(name).filter(isOld)
    const serials = old.map(({ serial }) => serial).join(' ')
    const parts = partsOf(name).map(path => ({ path, content: rsa.file(path) }))
    await revokeAll(rsa, name, old, 'superseded')
    if (what !== 'end-old') await rsa.certifyClient(name, record.properties.get('Passphrase') ?? '')
    // Easy-RSA has removed the latest with the old ones.
    else if (old.length > 0) for (const { path, content } of parts) if (content !== undefined) rsa.put(path, content)
    rsa.store.commit()
    installList(run, rsa)
    if (what === 'revoke-old') run.say(`${name} has a new key; its old one is revoked`)
    else if (what === 'end-old')
      run.say(`only the latest certificate of ${name} is valid${old.length > 0 ? `; revoked: ${serials}` : ''}`)
    else
      run.say(
        `${name} has a new key, and its old one still works; to revoke that, once the client has its new profile: signal-event ${event} ${name} end-old`,
      )
    if (what !== 'end-old') run.say(`its new profile: gabarit vpn profile ${name}`)
  })
  // A client connected with the latest one reconnects at once.
  if (what !== '' && !(await kill(run, name, what === 'revoke-old')))
    throw new Failure(
      `the old certificate of ${name} is revoked, but the client could not be disconnected; to try again: gabarit vpn kill ${name}`,
    )
}

/**
 * A certificate stays, whatever happens afterwards: so what the event would refuse to write is refused before one is made.
 * @throws Failure (refused)
 */
function refuseWrongSettings({ context }: ActionRun): void {
  const checked = orFailure(() => makeExpander({ ...context, warn: () => undefined }).expand('/etc/openvpn/ccd/client'))
  if (checked instanceof Failure) throw unchanged(checked)
}
