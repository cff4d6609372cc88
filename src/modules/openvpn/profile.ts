import { join } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { recordsOf } from '../../db/store.ts'
import { below, type Places } from '../../system/places.ts'
import { realPath, textOf } from '../../system/read-files.ts'
import { pkiFolder } from './pki.ts'
import { readServers } from './servers.ts'

/**
 * The profile of a client: the settings that gabarit has written for its server, with certificates and keys inline. It contains
 * a private key, so it is assembled on request, and never stored in gabarit's databases, files, history or diffs.
 * @throws Failure if client, certificate or server do not exist, or the client is revoked
 */
export function makeProfile(places: Places, name: string): string {
  const clients = recordsOf(places, 'vpn')
  const client = clients.get(name)
  if (client === undefined)
    throw new Failure(`there is no client "${name}"${didYouMean(name, clients.keys())}`, {
      hint: `db vpn set ${name} client && signal-event vpn-client-create ${name}`,
    })
  if (client.properties.get('status') === 'revoked') throw new Failure(`${name} is revoked`)
  const wanted = client.properties.get('server') || 'openvpn'
  const server = readServers(places).servers.find(known => known.name === wanted)
  if (server === undefined) throw new Failure(`${name}: there is no server ${wanted}`)
  const settings = read(
    below(places, `/etc/openvpn/profiles/${server.name}.ovpn`),
    `config setprop ${server.name} status enabled && signal-event openvpn-update`,
  )
  const { certificate, key } = keyPair(places, name)
  const blocks: [string, string][] = [
    ['ca', certificatesIn(read(server.caFile, 'signal-event openvpn-update'))],
    ['cert', certificatesIn(certificate)],
    ['key', key],
  ]
  if (server.tlsMode !== 'none')
    blocks.push([server.tlsMode, read(server.tlsFile, 'signal-event openvpn-update').replace(/^#.*\n/gm, '')])
  return `${settings}${blocks.map(([tag, text]) => `<${tag}>\n${text.trim()}\n</${tag}>\n`).join('')}`
}

/** Key and certificate from the same state of the PKI, whose folder is a link that may change in between. */
function keyPair(places: Places, name: string): { certificate: string; key: string } {
  const hint = `signal-event vpn-client-create ${name}`
  if (!/^[A-Za-z0-9][\w.@-]*$/.test(name)) throw new Failure(`${JSON.stringify(name)} is not the name of a client`)
  for (;;) {
    const folder = folderInForce(places, hint)
    const certificate = textOf(join(folder, 'issued', `${name}.crt`))
    const key = textOf(join(folder, 'private', `${name}.key`))
    if (certificate !== undefined && key !== undefined) return { certificate, key }
    if (folder === folderInForce(places, hint)) throw new Failure(`${name} has no certificate yet`, { hint })
  }
}

function folderInForce(places: Places, hint: string): string {
  const folder = realPath(pkiFolder(places))
  if (folder === undefined) throw new Failure('there is no PKI yet', { hint })
  return folder
}

/** Easy-RSA writes a textual description above each certificate. */
function certificatesIn(text: string): string {
  return (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).join('\n')
}

function read(file: string, hint: string): string {
  const text = textOf(file)
  if (text === undefined) throw new Failure('does not exist yet', { where: file, hint })
  return text
}
