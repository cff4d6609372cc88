import { createPrivateKey, X509Certificate } from 'node:crypto'
import { Failure, messageOf, orUndefined } from './failure.ts'

/** The files of a certificate, by their paths on the server. */
export interface CertificateFiles {
  readonly crt: string
  readonly key?: string | undefined
  /** The certificates of its issuers; those in the file of the certificate count too. */
  readonly chain?: string | undefined
  /** Apache loads it: it ends if a key needs a password or is too short, and its own check does not look. */
  readonly strict?: boolean
}

/** The certificates in a PEM text, in order. */
export function readCertificates(pem: string, where: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? []
  try {
    return blocks.map(block => new X509Certificate(block))
  } catch (error) {
    throw new Failure(`this is not a certificate: ${messageOf(error)}`, { where, cause: error })
  }
}

/**
 * Compares the files of a certificate, as not every daemon does before it loads them.
 * @param read the content of a file; undefined if it does not exist
 * @returns the certificate itself
 * @throws Failure that names the file that is empty, not PEM, or does not belong to the certificate
 */
export function compareFiles(
  { crt, key, chain, strict = false }: CertificateFiles,
  read: (path: string) => Buffer | undefined,
): X509Certificate {
  const open = (where: string, what: string, command: string) => {
    const content = read(where)
    if (content === undefined) throw new Failure('does not exist', { where })
    if (content.length === 0) throw new Failure('this file is empty', { where })
    if (content[0] !== DER) return content.toString('latin1')
    throw new Failure(`this is a ${what} in DER, but daemons read PEM`, {
      where,
      hint: `openssl ${command} -inform DER -in ${where} -out FILE.pem`,
    })
  }
  const certificatesIn = (where: string): [X509Certificate, ...X509Certificate[]] => {
    const [first, ...others] = readCertificates(open(where, 'certificate', 'x509'), where)
    if (first === undefined) throw new Failure('this file contains no certificate', { where })
    return [first, ...others]
  }
  const [leaf, ...others] = certificatesIn(crt)
  if (key !== undefined) compareKey(leaf, crt, open(key, 'key', 'pkey'), key, strict)
  const bits = orUndefined(() => leaf.publicKey.asymmetricKeyDetails?.modulusLength) ?? SHORTEST
  if (strict && bits < SHORTEST)
    throw new Failure(`its key has ${bits} bits, and OpenSSL loads none below ${SHORTEST}`, { where: crt })
  const issuers = [...others, ...(chain === undefined ? [] : certificatesIn(chain))]
  const apart = issuers.filter(({ fingerprint256 }) => fingerprint256 !== leaf.fingerprint256)
  if (apart.length > 0 && !apart.some(issuer => isSignedBy(leaf, issuer)))
    throw new Failure(`no certificate in it has signed ${crt}, which is issued by ${oneLine(leaf.issuer)}`, {
      where: chain ?? crt,
    })
  return leaf
}

/** The first byte of a DER encoding of both (X.690 §8.9: a sequence). */
const DER = 0x30

/** RSA at security level 2, that of Debian (SSL_CTX_set_security_level(3)). */
const SHORTEST = 2048

function compareKey(leaf: X509Certificate, crt: string, pem: string, where: string, strict: boolean): void {
  const [block] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----/s.exec(pem) ?? []
  if (block === undefined) throw new Failure('this file contains no private key', { where })
  if (block.includes('ENCRYPTED')) {
    // Only the daemon knows its password.
    if (!strict) return
    throw new Failure('this private key has a password, and nobody types it when Apache loads the key', {
      where,
      hint: `openssl pkey -in ${where} -out FILE.pem`,
    })
  }
  const key = orUndefined(() => createPrivateKey(block))
  // OpenSSL's error message for an unreadable key is not helpful.
  if (key === undefined) throw new Failure('the private key cannot be read', { where })
  if (!leaf.checkPrivateKey(key)) throw new Failure(`this private key does not match the certificate ${crt}`, { where })
}

/** Whether one certificate has signed another. */
export function isSignedBy(signed: X509Certificate, issuer: X509Certificate): boolean {
  // It throws for a kind of key that it does not know.
  return signed.checkIssued(issuer) && orUndefined(() => signed.verify(issuer.publicKey)) === true
}

/** A distinguished name on one line: `C=US, O=Let's Encrypt, CN=R12`. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').trim().replaceAll('\n', ', ') || 'a certificate without a name'
}
