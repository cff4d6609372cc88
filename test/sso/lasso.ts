import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A key and its certificate, in PEM. */
export interface Pair {
  readonly key: string
  readonly certificate: string
}

/** A new key of 2048 bits with its own certificate, for 400 days. */
export function newPair(name: string): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'gate-key-'))
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'crt')]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '400', '-subj', `/CN=${name}`, ...files],
    {
      stdio: 'pipe',
    },
  )
  return { key: readFileSync(join(folder, 'key'), 'utf8'), certificate: readFileSync(join(folder, 'crt'), 'utf8') }
}

const ENTITY = 'https://idp.example.net/metadata'

/** The metadata of the provider. */
export function providerMetadata({ certificate }: Pair): string {
  const base64 = certificate.replace(/-----[^-]+-----|\s/g, '')
  const at = (name: string, binding: string) =>
    `<${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="https://idp.example.net/${name}"/>`
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY}">
<IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
${at('SingleLogoutService', 'HTTP-Redirect')}${at('SingleLogoutService', 'SOAP')}
${at('SingleSignOnService', 'HTTP-Redirect')}
</IDPSSODescriptor></EntityDescriptor>`
}

/** What the provider answers to an order. */
export interface Answer {
  readonly body: string
  readonly url: string
  readonly state: string
  readonly user: string
}

/** The provider: a program in Python. */
export class Lasso {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor() {
    const program = join(import.meta.dirname, 'provider.py')
    const child = spawn('/usr/bin/python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /**
   * @param service the metadata of the gateway
   * @param metadata of the provider, if it speaks for another one
   */
  static async start(pair: Pair, service: string, metadata = providerMetadata(pair)): Promise<Lasso> {
    const lasso = new Lasso()
    await lasso.order('start', { ...pair, metadata, service })
    return lasso
  }

  async order(verb: string, data: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify({ verb, ...data })}\n`)
    const { value } = await this.#lines.next()
    const answer = JSON.parse(value)
    if (answer.error !== undefined) throw new Error(`the provider: ${answer.error}`)
    return answer
  }

  stop(): void {
    this.#child.kill()
  }
}
