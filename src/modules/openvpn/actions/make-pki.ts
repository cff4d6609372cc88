import { refusal } from '../../../base/failure.ts'
import type { ActionRun } from '../../../event/action.ts'
import { databaseLoader } from '../../../plan/expand.ts'
import { below, type Places } from '../../../system/places.ts'
import { enabledServers } from '../servers.ts'
import { EasyRsa } from './easy-rsa.ts'
import { isForeign, refuseForeign } from './foreign.ts'
import { formerKey } from './former.ts'
import { installList, makeCertificate, makeKeys, makeOthers } from './hand-over.ts'
import { refuseFormer } from './refuse-former.ts'
import { type Server, serversOf } from './server.ts'

/** Works on the PKI; an unused copy is removed afterwards. */
export async function withPki(run: ActionRun, work: (rsa: EasyRsa) => Promise<void>): Promise<void> {
  const rsa = new EasyRsa(run)
  try {
    await work(rsa)
  } finally {
    rsa.store.close()
  }
}

/**
 * `vpn-pki`: creates what VPN servers need before they start, and renews it in time: authority, server certificates, revocation
 * list, shared key. Does nothing without an enabled server.
 */
export async function makePki(run: ActionRun): Promise<void> {
  const { places } = run.context
  if (isUnused(run)) return
  await withPki(run, async rsa => {
    await rsa.needOpenVpn()
    const all = serversOf(rsa, places)
    const ours = all.filter(server => !isForeign(server))
    const orphan = ours.find(server => server.present('caFile') !== undefined)
    if (orphan !== undefined && !rsa.store.exists)
      throw refusal(
        `${below(places, orphan.setting('caFile'))} exists, but not its PKI ${rsa.store.link}: restore that. A new one would invalidate every profile.`,
      )
    for (const server of ours) {
      refuseForeign(server)
      refuseFormer(server)
    }
    if (ours.length > 0) await completePki(rsa, ours, places)
    rsa.store.commit()
    for (const server of ours) {
      makeKeys(run, server)
      makeCertificate(run, server)
    }
    installList(run, rsa)
    for (const server of all) await makeOthers(run, server)
  })
}

async function completePki(rsa: EasyRsa, servers: readonly Server[], places: Places): Promise<void> {
  if (rsa.file('ca.crt') === undefined) await rsa.makeAuthority()
  // A server without one of our certificates was imported with its own files, and maybe its own key.
  const given = servers
    .filter(server => server.bringsKey)
    .flatMap(server => {
      const key = server.present('tlsFile')
      return key === undefined || key.length === 0 ? [] : [{ path: server.ownKey, key }]
    })
  for (const server of servers) await server.certify()
  await rsa.renewList()
  if (rsa.file('private/ta.key') === undefined) await takeKey(rsa, servers, places)
  for (const { path, key } of given) if (rsa.file('private/ta.key')?.equals(key) !== true) rsa.put(path, key)
}

/** The shared key: one that a server has, that of a former set-up if there are clients already, or a new one. */
async function takeKey(rsa: EasyRsa, servers: readonly Server[], places: Places): Promise<void> {
  const present = servers.map(server => server.present('tlsFile')).find(key => key !== undefined)
  const [client] = rsa.valid(false)
  const known = present ?? (client === undefined ? undefined : formerKey(places))
  const needs = servers.find(server => server.setting('tlsMode') !== 'none')
  if (known === undefined && client !== undefined && needs !== undefined)
    throw refusal(`the shared key of ${client} is missing: config setprop ${needs.name} tlsFile FILE or tlsMode none`)
  if (known === undefined) await rsa.makeTlsKey()
  else rsa.put('private/ta.key', known)
}

/**
 * `vpn-crl`: renews the revocation list and the server certificates in time. Creates nothing that does not exist yet.
 */
export async function renewInTime(run: ActionRun): Promise<void> {
  if (isUnused(run)) return
  await withPki(run, async rsa => {
    if (rsa.file('ca.crt') === undefined) return
    const ours = serversOf(rsa, run.context.places).filter(server => !isForeign(server))
    // The list first and separately: it takes effect even if a certificate fails.
    await rsa.renewList()
    rsa.store.commit()
    installList(run, rsa)
    const made = ours.filter(server => server.certificate !== undefined)
    for (const server of made) await server.certify()
    rsa.store.commit()
    for (const server of made) makeCertificate(run, server)
  })
}

/** Whether no VPN server is enabled; asked before anything of the PKI is touched. */
export function isUnused(run: ActionRun): boolean {
  return enabledServers(databaseLoader(run.context)('configuration')).length === 0
}
