import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './sandbox.ts'

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-sha256']

/** A private authority of a test: a root that clients trust, and an intermediate certificate that signs. */
export class TestAuthority {
  /** The root certificate, for clients. */
  readonly root: string
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
    this.root = join(folder, 'root.pem')
    const subject = ['-subj', '/CN=Test root', '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE']
    must(['openssl', 'req', '-x509', ...EC, ...subject, '-keyout', join(folder, 'root.key'), '-out', this.root])
    this.#sign('intermediate', '/CN=Test intermediate', 'root', [
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      'keyUsage=critical,keyCertSign,cRLSign',
    ])
  }

  /** Puts a fresh certificate for some names into a folder, as dehydrated leaves it there. @param days negative: it has ended */
  issue(names: readonly string[], folder: string, days = 90): void {
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth',
      'crlDistributionPoints=URI:http://crl.example.net/1.crl',
      `subjectAltName=${names.map(name => `DNS:${name}`).join(',')}`,
    ]
    this.#sign('leaf', `/CN=${names[0]}`, 'intermediate', extensions, days)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const [leaf, chain] = [join(this.#folder, 'leaf.pem'), join(this.#folder, 'intermediate.pem')]
    must(['cp', leaf, join(folder, 'cert.pem')])
    must(['cp', join(this.#folder, 'leaf.key'), join(folder, 'privkey.pem')])
    must(['cp', chain, join(folder, 'chain.pem')])
    writeFileSync(join(folder, 'fullchain.pem'), must(['cat', leaf, chain]))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #sign(name: string, subject: string, issuer: string, extensions: readonly string[], days = 90): void {
    const file = (suffix: string) => join(this.#folder, `${name}.${suffix}`)
    writeFileSync(file('ext'), `${extensions.join('\n')}\n`)
    must(['openssl', 'req', '-new', ...EC, '-subj', subject, '-keyout', file('key'), '-out', file('csr')])
    const signer = ['-CA', join(this.#folder, `${issuer}.pem`), '-CAkey', join(this.#folder, `${issuer}.key`)]
    const request = ['-req', '-in', file('csr'), '-days', String(days), '-CAcreateserial', '-extfile', file('ext')]
    must(['openssl', 'x509', ...request, ...signer, '-out', file('pem')])
  }
}

/**
 * Makes an authority, and lays a certificate of it as dehydrated leaves one: files with the second of the order, 1795640000,
 * and links to them.
 * @param into the folder of dehydrated
 */
export function issueAsDehydrated(folder: string, names: readonly string[], into: string): void {
  new TestAuthority(folder).issue(names, into)
  for (const kind of ['cert', 'chain', 'fullchain', 'privkey']) {
    renameSync(join(into, `${kind}.pem`), join(into, `${kind}-1795640000.pem`))
    symlinkSync(`${kind}-1795640000.pem`, join(into, `${kind}.pem`))
  }
}
