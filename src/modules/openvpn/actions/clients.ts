import { EXIT, Failure } from '../../../base/failure.ts'
import type { DbRecord } from '../../../db/record.ts'
import type { ActionRun } from '../../../event/action.ts'
import { databaseLoader } from '../../../plan/expand.ts'
import { run as showClients } from '../commands/clients.ts'
import { run as killClient } from '../commands/kill.ts'
import type { Signed } from '../pki.ts'
import { type EasyRsa, partsOf } from './easy-rsa.ts'
import { installList } from './hand-over.ts'
import { isUnused, withPki } from './make-pki.ts'

const REASONS =
  'unspecified keyCompromise CACompromise affiliationChanged superseded cessationOfOperation certificateHold'.split(' ')

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

/** `vpn-client-check NAME`: reports an invalid or unknown name before anything else is done. */
export function checkClient(run: ActionRun): Promise<void> {
  const { name: event, args } = run.context.event
  const [name] = args
  if (name === undefined) throw new Failure(`missing client name: signal-event ${event} NAME`)
  knownClient(run, name, orRevoke(name))
  return Promise.resolve()
}

/** `vpn-client-reconnect NAME`: makes a connected client reconnect with its new settings, or disconnects it if it is disabled. */
export async function reconnectClient(run: ActionRun): Promise<void> {
  const [name = ''] = run.context.event.args
  const enabled = knownClient(run, name, orRevoke(name)).properties.get('status') === 'enabled'
  if (!(await kill(run, name, !enabled))) throw new Failure(`${name} could not be disconnected`)
}

async function revokeAll(rsa: EasyRsa, name: string, old: readonly Signed[], reason: string): Promise<void> {
  for (const { serial } of old) await rsa.revoke(name, serial, reason)
  if (old.length > 0) await rsa.call(['gen-crl'])
}

/** The record of a client. @param wayOut what to do if there is none */
function knownClient(run: ActionRun, name: string, wayOut = ''): DbRecord {
  checkName(name)
  const record = recordOf(run, name)
  if (record === undefined) throw new Failure(`there is no client ${name}${wayOut}`)
  return record
}

function orRevoke(name: string): string {
  return `; to revoke one without a record: signal-event vpn-client-revoke ${name}`
}

function recordOf(run: ActionRun, name: string): DbRecord | undefined {
  const record = databaseLoader(run.context)('vpn').get(name)
  return record?.type === 'client' ? record : undefined
}

/** The keys ca.key and ta.key are in the same folder as those of clients. */
const OURS = /^(server-.*|ca|ta)$/

/** A name must be safe in a certificate, a path and a shell. */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]*$/.test(name) || OURS.test(name))
    throw new Failure(`not the name of a client (letters, digits and . _ - @, not server-..., ca, ta): ${name}`)
  if (name.length > 64) throw new Failure(`the name of a client has at most 64 characters: ${name}`)
}

/** @returns whether no client with this name is connected any more */
async function kill(run: ActionRun, name: string, halt: boolean): Promise<boolean> {
  if (run.context.system.dryRun) return true
  return (await killClient({ ...speaking(run, name), flag: () => halt }, EXIT.done)) === EXIT.done
}

function speaking({ context, say }: ActionRun, name: string) {
  return { args: [name], flag: () => false, places: context.places, print: say, printError: say }
}
