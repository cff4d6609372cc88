import { randomBytes } from 'node:crypto'
import { Failure } from '../../../base/failure.ts'
import type { ActionRun } from '../../../event/action.ts'
import type { MadeFile } from '../../../plan/made.ts'
import { writeFileAtomically } from '../../../system/atomic-write.ts'
import { below } from '../../../system/places.ts'
import { bytesOf } from '../../../system/read-files.ts'
import { runCommand } from '../../../system/run.ts'
import type { EasyRsa } from './easy-rsa.ts'
import { isForeign, refuseForeign } from './foreign.ts'
import { type Server, serversOf } from './server.ts'

type HowMade = Pick<MadeFile, 'mode' | 'secret' | 'notify'>
const PUBLIC: HowMade = { mode: 0o644, secret: false }
const SECRET: HowMade = { mode: 0o600, secret: true }

/** Hands the certificate of a server to the event. A server only reads it at the start. */
export function makeCertificate(run: ActionRun, server: Server): void {
  const notify = [`${server.name}:try-restart`]
  hand(run, server, 'certFile', `issued/${server.certName}.crt`, { ...PUBLIC, notify })
}

/** Hands over what a server needs apart from its certificate and the list. */
export function makeKeys(run: ActionRun, server: Server): void {
  hand(run, server, 'caFile', 'ca.crt', PUBLIC)
  hand(run, server, 'keyFile', `private/${server.certName}.key`, SECRET)
  hand(run, server, 'tlsFile', server.sharedKey, SECRET)
}

/**
 * Puts the revocation list where the servers of our authority read it, at each connection. This is done at once, so that a
 * revoked client stays locked out even if the event fails.
 */
export function installList(run: ActionRun, rsa: EasyRsa): void {
  const list = rsa.file('crl.pem')
  if (list === undefined) return
  const { places, system } = run.context
  const ours = serversOf(rsa, places).filter(server => !isForeign(server))
  for (const server of ours) refuseForeign(server, ['crlFile'])
  for (const path of new Set(ours.map(server => server.setting('crlFile')))) {
    const real = below(places, path)
    if (bytesOf(real)?.equals(list) === true) continue
    const there = system.state(real) !== undefined
    if (!there || system.dryRun) make(run, path, list, PUBLIC)
    else writeFileAtomically(real, list, { mode: 0o644 })
    if (there) run.lasting(`${path} is the new revocation list`)
  }
}

/** Parameters and passwords that do not belong to a certificate: created once. */
export async function makeOthers(run: ActionRun, server: Server): Promise<void> {
  const folder = '/etc/openvpn/server'
  const isMissing = (path: string) => (bytesOf(below(run.context.places, path))?.length ?? 0) === 0
  const group = server.setting('dh')
  const parameters = `${folder}/${group}.pem`
  if (/^ffdhe\d+$/.test(group) && isMissing(parameters))
    make(run, parameters, await parametersOf(group), { mode: 0o600, secret: false })
  const password = `${folder}/${server.name}.management`
  if (server.setting('managementPort') !== '' && isMissing(password))
    make(run, password, `${randomBytes(24).toString('hex')}\n`, SECRET)
}

/** Hands over a file of the PKI to a server. */
function hand(
  run: ActionRun,
  server: Server,
  property: 'caFile' | 'certFile' | 'keyFile' | 'tlsFile',
  source: string,
  how: HowMade,
): void {
  const content = server.rsa.file(source)
  if (content === undefined) throw new Failure(`the PKI has no ${source}, which ${server.name} needs`)
  refuseForeign(server, [property])
  make(run, server.setting(property), content, how)
}

function make(run: ActionRun, path: string, content: string | Uint8Array, how: HowMade): void {
  run.make({ path, content, by: 'vpn-pki', ...how })
}

async function parametersOf(group: string): Promise<string> {
  const command = ['openssl', 'genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', `group:${group}`]
  const { status, stdout, output, problem } = await runCommand(command, { timeout: 60_000 })
  if (status === 0) return stdout
  throw new Failure(`openssl could not create the parameters ${group}: ${problem ?? output.trim()}`)
}
