import { X509Certificate } from 'node:crypto'
import { run } from './sandbox.ts'

/** An answer, after the redirections when they were followed. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** Where the answer came from in the end. */
  readonly url: string
  /** Where a redirection that was not followed points. */
  readonly location: string
}

/** How to ask. */
export interface AskOptions {
  /** Follow redirections, as a browser does. */
  readonly follow?: boolean
  /** The authority to trust; without it the certificate is not checked. */
  readonly trust?: string
  readonly post?: string
}

const MARK = '\n--gabarit-test--'

/** Asks with curl. Throws when no answer comes: refused, not trusted, wrong name. */
export function ask(url: string, options: AskOptions = {}): Answer {
  const command = ['curl', '-sS', '--noproxy', '*', '--max-time', '30']
  command.push('-w', `${MARK}%{http_code} %{url_effective} %{redirect_url}`)
  command.push(...(options.trust === undefined ? ['-k'] : ['--cacert', options.trust]))
  if (options.follow) command.push('-L', '--max-redirs', '5')
  if (options.post !== undefined) command.push('--data-binary', options.post)
  const { status, stdout, stderr } = run([...command, '--', url])
  if (status !== 0) throw new Error(`${url}: ${stderr.trim()}`)
  const end = stdout.lastIndexOf(MARK)
  const [code = '', from = '', location = ''] = stdout.slice(end + MARK.length).split(' ')
  return { status: Number(code), body: stdout.slice(0, end), url: from, location }
}

/** The certificate that a TLS server shows for a name, asked with openssl s_client. */
export function servedCertificate(name: string, port = 443): X509Certificate {
  const command = ['openssl', 's_client', '-connect', `127.0.0.1:${port}`, '-servername', name]
  const { stdout, stderr } = run(command, { timeoutSeconds: 10 })
  const found = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(stdout)
  if (found === null) throw new Error(`no certificate for ${name} on port ${port}:\n${stderr}`)
  return new X509Certificate(found[0])
}

/** The DNS names of a certificate, sorted. */
export function certificateNames(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .filter(name => name.startsWith('DNS:'))
    .map(name => name.slice('DNS:'.length))
    .sort()
}
