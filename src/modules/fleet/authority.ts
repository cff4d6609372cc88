import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { certificateFor, type KeyPair, keyPair, type Signer } from '../../system/openssl.ts'
import type { Places } from '../../system/places.ts'
import { FLEET_FILES, fleetFile, fleetState } from './member.ts'

/**
 * Certificates of the fleet only let in: what a host may do, its user of etcd says. So nothing is gained by short lives, and a
 * fleet that nobody looks after for years goes on. Those of hosts and of the store are made anew a year before their end.
 */
const [AUTHORITY_DAYS, DAYS] = [7300, 3650]

const EC_KEY = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
const LEAF = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature']

/** Never a common name: etcd would take it for the name of a user, or of a member of the store. */
const subject = (fleet: string, unit: string) => `/O=gabarit fleet ${fleet}/OU=${unit}`

/** The authority of a new fleet. */
export function newAuthority(fleet: string): Promise<KeyPair> {
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']
  return keyPair({ subject: subject(fleet, 'authority'), days: AUTHORITY_DAYS, extensions }, EC_KEY)
}

/** A key for TLS, in PEM. */
export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** A key that signs orders, in PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The public part of the key that signs orders, in PEM. @throws Failure (refused) on a host that is no controller */
export function publicSigner(places: Places): string {
  return createPublicKey(fleetFile(places, 'signing')).export({ type: 'spki', format: 'pem' }).toString()
}

/** The certificate of a host, for what it asked for. */
export function hostCertificate(places: Places, fleet: string, host: string, csr: string): Promise<string> {
  const extensions = [...LEAF, 'extendedKeyUsage=clientAuth']
  return certificateFor(csr, { subject: subject(fleet, host), days: DAYS, extensions, signer: signerOf(places) })
}

/** The public key in a certificate, in PEM. */
export function keyOf(certificate: string): string {
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** A key with a certificate that only a token carries, for a day. */
export function tokenPair(places: Places, fleet: string, host: string): Promise<KeyPair> {
  const extensions = [...LEAF, 'extendedKeyUsage=clientAuth']
  return keyPair({ subject: subject(fleet, `${host} joins`), days: 1, extensions, signer: signerOf(places) }, EC_KEY)
}

/** Only members of the store have certificates with this name: the store accepts no others among them. */
export const STORE_MEMBER = 'gabarit store'

/**
 * Key and certificate of etcd.
 * @param side for clients (its own gateway is one, too), or for the other members of the store
 * @param names by which it is reached
 */
export function storePair(places: Places, side: 'clients' | 'members', names: readonly string[]): Promise<KeyPair> {
  const all = [...new Set(['localhost', '127.0.0.1', ...names])]
  const alternatives = all.map(name => (isIP(name) === 0 ? `DNS:${name}` : `IP:${name}`)).join(',')
  const extensions = [...LEAF, 'extendedKeyUsage=serverAuth,clientAuth', `subjectAltName=${alternatives}`]
  const whole = `/O=gabarit fleet/OU=store${side === 'members' ? `/CN=${STORE_MEMBER}` : ''}`
  return keyPair({ subject: whole, days: DAYS, extensions, signer: signerOf(places) }, EC_KEY)
}

/** @throws Failure (refused) on a host that is no controller */
function signerOf(places: Places): Signer {
  fleetFile(places, 'authorityKey')
  const path = (name: 'authority' | 'authorityKey') => fleetState(places).path(FLEET_FILES[name])
  return { certificate: path('authority'), key: path('authorityKey') }
}
