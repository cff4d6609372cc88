import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemons } from './daemons.ts'
import { ask } from './http.ts'
import { must } from './sandbox.ts'

/** A private ACME authority that runs. */
export interface Authority {
  /** Address of its directory, for the property of a client. */
  readonly directory: string
  /** The issuer of its certificates. It is made anew at each start, so two authorities never have the same. */
  readonly issuer: string
  /** A file with its root certificate. */
  readonly root: string
}

/** Where an authority listens, and where it looks for the answers to its challenges. */
export interface AuthorityOptions {
  readonly port: number
  readonly managementPort: number
  /** Port of the web server that answers challenges. */
  readonly httpPort: number
  /** Address of a DNS server. */
  readonly dns: string
  /** Lifetime of the certificates in seconds; pebble's own choice is five years. */
  readonly lifetime?: number
  /** Percent of the requests that are refused for their nonce; none unless told. */
  readonly nonceReject?: number
}

/** Address of the management interface of {@link startDns}. */
const DNS_MANAGEMENT = 'http://127.0.0.1:8055'

/**
 * pebble as it must be for dehydrated, which never asks again after a bad nonce; and without the waits and the
 * reused authorisations that make every run different. (It still reuses one in a hundred: a name that shall fail must be one
 * that was never validated.)
 */
const STEADY = { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0', PEBBLE_AUTHZREUSE: '0' }

/** The certificate of pebble's own HTTPS; it has nothing to do with the certificates that it issues. */
export function makePebbleCertificate(folder: string): string {
  const certificate = join(folder, 'pebble.crt')
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const command = 'openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj'.split(' ')
  must([...command, '/CN=pebble test', '-addext', names, '-keyout', join(folder, 'pebble.key'), '-out', certificate])
  return certificate
}

/** Starts a DNS server that answers 127.0.0.1 for every name, until told otherwise with {@link pointName}. */
export async function startDns(daemons: Daemons, address: string): Promise<void> {
  const quiet = ['-http01', '', '-https01', '', '-tlsalpn01', '']
  const addresses = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '']
  const listen = ['-dns01', address, '-management', '127.0.0.1:8055']
  const command = ['pebble-challtestsrv', ...addresses, ...listen, ...quiet]
  await daemons.start('pebble-challtestsrv', command, () => ask(`${DNS_MANAGEMENT}/clear-a`, { post: '{"host":"x"}' }))
}

/** Lets a name point elsewhere; without an address, back to 127.0.0.1. */
export function pointName(host: string, address?: string): void {
  if (address === undefined) tellDns('clear-a', { host })
  else tellDns('add-a', { host, addresses: [address] })
}

/**
 * Tells the DNS server of {@link startDns} what to answer.
 * @param verb of its management interface: `add-a`, `add-aaaa`, `set-cname`, `add-caa`, `set-servfail`, `set-default-ipv4`
 */
export function tellDns(verb: string, body: object): void {
  ask(`${DNS_MANAGEMENT}/${verb}`, { post: JSON.stringify(body) })
}

/** Starts a private ACME authority with the certificate of {@link makePebbleCertificate} in the same folder. */
export async function startAuthority(
  daemons: Daemons,
  folder: string,
  name: string,
  options: AuthorityOptions,
): Promise<Authority> {
  const management = `https://127.0.0.1:${options.managementPort}`
  const directory = `https://127.0.0.1:${options.port}/dir`
  const file = join(folder, `${name}.json`)
  const certificate = join(folder, 'pebble.crt')
  writeFileSync(file, JSON.stringify({ pebble: settings(folder, certificate, options) }))
  const command = ['pebble', '-config', file, '-dnsserver', options.dns]
  await daemons.start(name, command, () => ask(directory, { trust: certificate }), {
    ...STEADY,
    PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
  })
  const fetch = (path: string) => ask(`${management}/${path}`, { trust: certificate }).body
  const root = join(folder, `${name}-root.pem`)
  writeFileSync(root, fetch('roots/0'))
  return { directory, root, issuer: new X509Certificate(fetch('intermediates/0')).subject }
}

function settings(folder: string, certificate: string, options: AuthorityOptions): object {
  return {
    listenAddress: `127.0.0.1:${options.port}`,
    managementListenAddress: `127.0.0.1:${options.managementPort}`,
    certificate,
    privateKey: join(folder, 'pebble.key'),
    httpPort: options.httpPort,
    tlsPort: 5001,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    ...(options.lifetime === undefined ? {} : { certificateValidityPeriod: options.lifetime }),
  }
}
