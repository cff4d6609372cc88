import { refusal } from '../../../base/failure.ts'
import { readManifest } from '../../../state/manifest.ts'
import { readIndex } from '../pki.ts'
import { type FormerServer, formerServers } from './former.ts'
import { certificateIn } from './pki-files.ts'
import type { Server } from './server.ts'

/**
 * @throws Failure (refused) if a server takes the place of a former one whose clients could not connect any more: it has another
 * authority, other settings that both sides must share, or a key for each client; or if somebody could connect again
 */
export function refuseFormer(server: Server): void {
  const { places, rsa } = server
  const made = readManifest(places)
  const taken = formerServers(places).filter(
    ({ file, port, transport }) =>
      !made.has(file) && port === server.setting('port') && transport === server.setting('proto').slice(0, 3),
  )
  for (const former of taken) {
    const { file, content } = former
    const otherwise = `If they may get new profiles: mv ${file} ${file}.old`
    const authority = certificateIn(content('ca'))
    if (authority !== undefined && !rsa.isOurs(authority))
      throw refusal(`the server in ${file} has another authority than ${rsa.store.link}`, {
        hint: `Move its PKI there, so that its clients can still connect. ${otherwise}`,
      })
    const differing = differences(former, server)
    if (differing.length > 0)
      throw refusal(
        `the clients of ${file} connect with ${differing.map(({ name, value }) => `${name} ${value}, not ${server.setting(name)}`).join('; ')}`,
        {
          hint: `config setprop ${server.name} ${differing.map(({ name, value }) => `${name} ${value}`).join(' ')}. ${otherwise}`,
        },
      )
    const revoked = new Set(former.revoked().map(serial => serial.toString(16).toUpperCase()))
    const valid = readIndex(rsa.store.folder).find(
      ({ valid, serial }) => valid && revoked.has(serial.replace(/^0+/, '')),
    )
    if (valid !== undefined)
      throw refusal(
        `${file} refuses the certificate ${valid.serial} of ${valid.name}, which is valid in ${rsa.store.link}`,
        {
          hint: `signal-event vpn-client-revoke ${valid.name}`,
        },
      )
    if (content('tls-crypt-v2') !== undefined && server.setting('tlsV2File') === '')
      throw refusal(`the clients of ${file} have keys of their own (tls-crypt-v2)`, {
        hint: `To accept them: config setprop ${server.name} tlsV2File FILE, where FILE has the server's key of tls-crypt-v2`,
      })
  }
}

/** Settings that a former server shares with its clients, where others are set now. Without tls-auth and CBC, nothing uses the digest. */
function differences(
  { tlsMode, auth, keyDirection, sharesNames }: FormerServer,
  server: Server,
): { name: string; value: string }[] {
  const signs = tlsMode === 'tls-auth'
  const shared = {
    tlsMode,
    ...(signs || server.setting('dataCiphersFallback') ? { auth } : {}),
    ...(signs ? { keyDirection } : {}),
    ...(sharesNames ? { duplicateNames: 'yes' } : {}),
  }
  return Object.entries(shared).flatMap(([name, value]) =>
    value === undefined || value === server.setting(name) ? [] : { name, value },
  )
}
