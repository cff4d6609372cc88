import { type KeyObject, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { orUndefined } from '../../../base/failure.ts'
import { bytesOf } from '../../../system/read-files.ts'
import { readIndex, type Signed } from '../pki.ts'
import type { PkiStore } from './store.ts'

/** What the PKI has: files, certificates, and what was signed. */
export class PkiFiles {
  readonly store: PkiStore

  constructor(store: PkiStore) {
    this.store = store
  }

  /** A file of the PKI; undefined if there is none. */
  file(path: string): Buffer | undefined {
    return bytesOf(join(this.store.folder, path))
  }

  /** A certificate of the PKI; undefined if there is none, or it is damaged. */
  certificate(name: string): X509Certificate | undefined {
    return certificateIn(this.file(`issued/${name}.crt`))
  }

  /** The certificates of a name, in the order in which they were signed. */
  signed(name: string): Signed[] {
    return readIndex(this.store.folder).filter(certificate => certificate.name === name)
  }

  /** Whether the certificate of a name is for a server (RFC 5280 §4.2.1.12). */
  isServer(name: string): boolean {
    return this.certificate(name)?.keyUsage?.includes('1.3.6.1.5.5.7.3.1') === true
  }

  /** Names with a valid certificate: those of servers, or the others. */
  valid(ofServers: boolean): string[] {
    const names = readIndex(this.store.folder).flatMap(({ valid, name }) => (valid ? name : []))
    return [...new Set(names)].filter(name => this.isServer(name) === ofServers)
  }

  /** Whether a certificate is our authority's, whatever its expiry: it has the same key. */
  isOurs(certificate: X509Certificate | undefined): boolean {
    const ours = keyOf(certificateIn(this.file('ca.crt')))
    return ours !== undefined && keyOf(certificate)?.equals(ours) === true
  }

  /** Whether our authority has signed a certificate. */
  hasSigned(certificate: X509Certificate | undefined): boolean {
    const authority = keyOf(certificateIn(this.file('ca.crt')))
    return authority !== undefined && orUndefined(() => certificate?.verify(authority)) === true
  }
}

/** Certificate, key and request of a name. */
export function partsOf(name: string): string[] {
  return [`issued/${name}.crt`, `private/${name}.key`, `reqs/${name}.req`]
}

/** The public key of a certificate; undefined if there is none, or of a kind that nobody here knows. */
function keyOf(certificate: X509Certificate | undefined): KeyObject | undefined {
  return orUndefined(() => certificate?.publicKey)
}

/** The certificate in a file; undefined if there is none, or it is damaged. */
export function certificateIn(content: Uint8Array | undefined): X509Certificate | undefined {
  return content && orUndefined(() => new X509Certificate(content))
}
