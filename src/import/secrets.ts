import { join } from 'node:path'
import { plural } from '../base/plural.ts'
import type { DbRecord } from '../db/record.ts'
import type { Line, Part, WantedFile } from './part.ts'
import { together } from './part.ts'
import type { OldServer } from './source.ts'

/** Folders of keys and certificates that are used here in the same place. */
const FOLDERS: readonly (readonly [folder: string, what: string])[] = [
  ['/etc/dehydrated/accounts', 'the account at the certificate authority'],
  ['/etc/openvpn/easy-rsa/pki', 'the authority of the VPN, so clients keep their profiles'],
]

/** Folders that are used in another way here. */
const OTHERS: readonly (readonly [folder: string, how: string])[] = [
  ['/etc/letsencrypt/accounts', 'not taken: a new account is made: gabarit letsencrypt setup'],
  [
    '/var/lib/nethserver/certs',
    'not taken: make new profiles for the clients of the VPN: db vpn set NAME client, then signal-event vpn-client-create NAME',
  ],
  [
    '/opt/phpki',
    'not taken: an authority of PHPki. Copy it to /etc/openvpn/easy-rsa/pki in the form of Easy-RSA, or make new profiles',
  ],
]

/** Certificates with their keys, accounts and authorities. @param records those that come in */
export function secrets(old: OldServer, records: readonly DbRecord[]): Part {
  const { tree } = old
  const copied = FOLDERS.flatMap(([folder, what]): Part[] => {
    const wanted = tree.below(folder).flatMap(path => secretFile(old, join(folder, path)))
    if (wanted.length === 0) return []
    return [{ lines: [{ fate: 'taken', what: folder, how: `${what}: ${plural(wanted.length, 'file')}` }], wanted }]
  })
  const others = OTHERS.filter(([folder]) => tree.below(folder).length > 0)
  const lines = others.map(([what, how]): Line => ({ fate: 'unsupported', what, how }))
  return together([...copied, { lines, wanted: [] }, ...records.map(record => certificate(old, record))])
}

/** The files that the properties of a record name. */
function certificate(old: OldServer, { key, properties }: DbRecord): Part {
  const paths = ['crt', 'key', 'CertificateChainFile'].flatMap(name => properties.get(name) || [])
  const wanted = paths.flatMap(path => (isAllowed(path) ? secretFile(old, path) : []))
  const lines = paths.map((path): Line => {
    const isThere = wanted.some(file => file.path === path)
    const how = isThere
      ? `the certificate of ${key}`
      : `not taken: no such file there. Until it is here, ${key} has a self-signed one`
    return { fate: isThere ? 'taken' : 'unsupported', what: path, how }
  })
  return { lines, wanted }
}

/** A record of the old server names no file of this one. */
function isAllowed(path: string): boolean {
  return (
    /^\/(etc|home|opt|srv|var)\//.test(path) &&
    !path.split('/').includes('..') &&
    /(ssl|tls|pki|cert|dehydrated|letsencrypt|acme)/i.test(path)
  )
}

function secretFile({ tree }: OldServer, path: string): WantedFile[] {
  const content = tree.read(path)
  return content === undefined ? [] : [{ kind: 'file', path, content, mode: 0o600, secret: true }]
}
