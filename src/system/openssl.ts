import { refusal } from '../base/failure.ts'
import { runCommand } from './run.ts'

/** Both in PEM. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/** Signs certificates: the files of its own one, and of its key. */
export interface Signer {
  readonly certificate: string
  readonly key: string
}

export interface Wanted {
  /** `/O=office/OU=www1` */
  readonly subject: string
  readonly days: number
  /** `basicConstraints=critical,CA:FALSE` */
  readonly extensions?: readonly string[]
  /** Default: the certificate signs itself. */
  readonly signer?: Signer
}

/**
 * A new key, and the certificate that it signs itself.
 * @param key options of `openssl req` for the key
 * @param extensions of the certificate
 * @throws Failure (refused) if openssl cannot
 */
export function selfSigned(
  commonName: string,
  days: number,
  key: readonly string[],
  extensions: readonly string[] = [],
): Promise<KeyPair> {
  return keyPair({ subject: `/CN=${commonName}`, days, extensions }, key)
}

/**
 * A new key with its certificate.
 * @param key options of `openssl req` for the key
 * @throws Failure (refused) if openssl cannot
 */
export async function keyPair(wanted: Wanted, key: readonly string[]): Promise<KeyPair> {
  const blocks = await request(wanted, ['-newkey', ...key, '-nodes', '-keyout', '-'])
  return { key: blocks('[A-Z ]*PRIVATE KEY'), certificate: blocks('CERTIFICATE') }
}

/**
 * A certificate for the key of a request, whose own wishes do not count.
 * @param csr in PEM
 * @throws Failure (refused) if openssl cannot
 */
export async function certificateFor(csr: string, wanted: Wanted): Promise<string> {
  return (await request(wanted, ['-in', '-', '-copy_extensions', 'none'], csr))('CERTIFICATE')
}

/** A request for a certificate of a key. @param key its file @throws Failure (refused) if openssl cannot */
export async function requestOf(key: string, subject: string): Promise<string> {
  return (await run(['openssl', 'req', '-new', '-config', '/dev/null', '-subj', subject, '-key', key], ''))(
    'CERTIFICATE REQUEST',
  )
}

function request(
  { subject, days, extensions = [], signer }: Wanted,
  more: readonly string[],
  input = '',
): Promise<Blocks> {
  const by = signer === undefined ? [] : ['-CA', signer.certificate, '-CAkey', signer.key]
  const what = ['-subj', subject, '-days', String(days), ...extensions.flatMap(text => ['-addext', text])]
  return run(
    ['openssl', 'req', '-x509', '-config', '/dev/null', '-sha256', ...what, ...by, ...more, '-out', '-'],
    input,
  )
}

/** The block of a kind in PEM. @throws Failure (refused) if there is none */
type Blocks = (kind: string) => string

async function run(command: readonly string[], input: string): Promise<Blocks> {
  const { stdout, output, problem } = await runCommand(command, { timeout: 60_000, input })
  return kind => {
    const found = new RegExp(`-----BEGIN (${kind})-----[^-]+-----END \\1-----\n`).exec(stdout)?.[0]
    if (found !== undefined) return found
    throw refusal(`openssl could not make a key with its certificate: ${problem ?? output.trim()}`)
  }
}
