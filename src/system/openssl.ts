import { refusal } from '../base/failure.ts'
import { runCommand } from './run.ts'

/** Both in PEM. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
}

/**
 * A new key, and the certificate that it signs itself.
 * @param key options of `openssl req` for the key
 * @param extensions of the certificate
 * @throws Failure (refused) if openssl cannot
 */
export async function selfSigned(
  commonName: string,
  days: number,
  key: readonly string[],
  extensions: readonly string[] = [],
): Promise<KeyPair> {
  const subject = ['-config', '/dev/null', '-subj', `/CN=${commonName}`, '-days', String(days)]
  const added = extensions.flatMap(text => ['-addext', text])
  const command = ['openssl', 'req', '-x509', ...subject, ...added, '-newkey', ...key, '-nodes', '-sha256']
  const { stdout, output, problem } = await runCommand([...command, '-keyout', '-', '-out', '-'], { timeout: 60_000 })
  const block = (kind: string) => new RegExp(`-----BEGIN (${kind})-----[^-]+-----END \\1-----\n`).exec(stdout)?.[0]
  const [one, other] = [block('[A-Z ]*PRIVATE KEY'), block('CERTIFICATE')]
  if (one === undefined || other === undefined)
    throw refusal(`openssl could not make a key with its certificate: ${problem ?? output.trim()}`)
  return { key: one, certificate: other }
}
