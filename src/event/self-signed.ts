import { X509Certificate } from 'node:crypto'
import { Failure, orUndefined, refusal } from '../base/failure.ts'
import { DAY } from '../base/time.ts'
import { databaseLoader } from '../plan/expand.ts'
import { below } from '../system/places.ts'
import { textOf } from '../system/read-files.ts'
import { runCommand } from '../system/run.ts'
import type { ActionRun } from './action.ts'

const FILE = '/var/lib/gabarit/ssl/self-signed.pem'

/** How long before it expires a new one is due, in milliseconds. */
const DUE = 30 * DAY

/**
 * Creates the certificate of a web server while it has no other: if it is missing, about to expire or for other names. Key
 * and certificate are in one file, so that the two always match.
 */
export async function makeSelfSigned({ context, make }: ActionRun): Promise<void> {
  const configuration = databaseLoader(context)('configuration')
  const isOn = (service: string) => configuration.get(service)?.properties.get('status') === 'enabled'
  if (!isOn('httpd') && !isOn('nginx')) return
  const domain = configuration.get('DomainName')?.type ?? ''
  const own = configuration.get('modSSL')?.properties.get('CommonName')
  const name = own || `${configuration.get('SystemName')?.type ?? ''}.${domain}`
  for (const word of [domain, name])
    if (!/^[A-Za-z0-9.-]+$/.test(word)) throw new Failure(`not a host name: ${JSON.stringify(word)}`)
  const names = `DNS:${name}, DNS:${domain}, DNS:*.${domain}`
  if (isGood(textOf(below(context.places, FILE)), names)) return
  make({
    path: FILE,
    content: await selfSigned(name, names),
    mode: 0o600,
    folderMode: 0o700,
    secret: true,
    by: 'make-self-signed-certificate',
  })
}

function isGood(text: string | undefined, names: string): boolean {
  const present = orUndefined(() => new X509Certificate(text ?? ''))
  return present?.subjectAltName === names && Date.parse(present.validTo) > Date.now() + DUE
}

async function selfSigned(name: string, names: string): Promise<string> {
  // A common name has at most 64 characters; clients use the alternative names anyway.
  const subject = ['-config', '/dev/null', '-subj', `/CN=${name.slice(0, 64)}`]
  const extensions = [`subjectAltName=${names}`, 'basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth']
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const key = ['-nodes', '-sha256', '-days', '825', '-keyout', '-', '-out', '-']
  const added = extensions.flatMap(text => ['-addext', text])
  const command = ['openssl', 'req', '-x509', ...subject, ...added, ...curve, ...key]
  const { status, stdout, output, problem } = await runCommand(command, { timeout: 60_000 })
  if (status === 0) return stdout
  throw refusal(`openssl could not create the self-signed certificate: ${problem ?? output.trim()}`)
}
