import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure, refusal } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { below } from '../../system/places.ts'
import { exists, linkText, textOf } from '../../system/read-files.ts'
import { explainRun } from './dehydrated-errors.ts'
import { ensureNotRunning } from './run-lock.ts'
import type { Settings } from './settings.ts'
import { type Authority, authorityState, type WantedCertificate, type World } from './world.ts'
import type { CertificateTexts } from './x509.ts'

/** Tells the hook that it is called by one of our runs, which puts the certificate into service itself. */
export const RUN_VARIABLE = 'GABARIT_LETSENCRYPT_RUN'

/**
 * How often dehydrated is run again after the authority refused a nonce, which dehydrated 0.7.0 does not handle itself, or if
 * somebody else's started at the same time.
 */
const RETRIES = 10
const FOUND_LOCK = /^ERROR: Lock file '.*' present, aborting/m

/** The folder of dehydrated for one certificate. */
export function dehydratedFolder(settings: Settings, authority: Authority, name: string): string {
  return join(settings.baseFolder, authority.id, name)
}

/** A certificate in a folder of dehydrated. */
export interface Received {
  readonly folder: string
  /** The second in which it was requested. */
  readonly id: string
  readonly texts: CertificateTexts
}

/**
 * The certificate in a folder of dehydrated. The link cert.pem is created last, so the files with its number are complete.
 * @returns undefined if there is none: a revoked one leaves a link to nowhere
 */
export function readDehydrated(folder: string): Received | undefined {
  const id = /^cert-(\d+)\.pem$/.exec(basename(linkText(join(folder, 'cert.pem')) ?? ''))?.[1]
  const [cert, chain] = ['cert', 'chain'].map(kind => textOf(join(folder, `${kind}-${id}.pem`)))
  // With PRIVATE_KEY_RENEW=no the old key goes on.
  const key = textOf(join(folder, `privkey-${id}.pem`)) ?? textOf(join(folder, 'privkey.pem'))
  if (id === undefined || cert === undefined || chain === undefined || key === undefined) return undefined
  return { folder, id, texts: { cert, chain, key } }
}

/**
 * Requests one certificate from an authority, by running dehydrated with the generated configuration and this authority.
 * @returns what failed, if anything did; all that dehydrated printed; whether it created an account
 * @throws Failure if dehydrated cannot be started at all
 * @throws OtherDehydrated if another one is running
 */
export async function askFor(wanted: WantedCertificate, authority: Authority, settings: Settings, world: World) {
  const config = writeConfig(wanted, authority, settings, world)
  let newAccount = false
  for (let attempt = 1; ; attempt++) {
    ensureNotRunning(settings.baseFolder, world)
    const output = await run(['-c', '-x', '--config', config], wanted.names.length, world)
    newAccount ||= /^\+ Registering account key/m.test(output.text)
    const failure = output.status === 0 ? undefined : explainRun(output.text, accountFolder(authority, settings))
    const again = failure !== undefined && (failure.badNonce || FOUND_LOCK.test(output.text))
    if (!again || attempt > RETRIES) return { failure, output: output.text, newAccount }
    if (failure.badNonce) world.progress(`${wanted.name}: the authority refused a nonce, trying again (${attempt})`)
    await pause(200)
  }
}

/** Where dehydrated keeps the key of the account at an authority (its init_system). */
function accountFolder({ directory }: Authority, { baseFolder }: Settings): string {
  return join(baseFolder, 'accounts', Buffer.from(`${directory}\n`).toString('base64url'))
}

/**
 * Has an authority revoke a certificate.
 * @throws Failure that says why it failed
 */
export async function revoke(file: string, authority: Authority, settings: Settings, world: World): Promise<void> {
  const config = writeConfig({ name: 'revoked', names: [] }, authority, settings, world)
  ensureNotRunning(settings.baseFolder, world)
  const { status, text } = await run(['--revoke', file, '--config', config], 1, world)
  // Already revoked (RFC 8555 §7.6) is success: an earlier run was interrupted.
  if (status === 0 || text.includes('urn:ietf:params:acme:error:alreadyRevoked')) return
  const { message, hint } = explainRun(text, accountFolder(authority, settings))
  throw new Failure(`not revoked: ${message}`, { hint })
}

async function run(args: readonly string[], names: number, world: World): Promise<{ status: number; text: string }> {
  const { status, output, problem, missing } = await world.system.run(['dehydrated', ...args], {
    env: { ...world.system.env, GABARIT_ROOT: world.places.root, [RUN_VARIABLE]: '1' },
    cwd: '/',
    // dehydrated itself sleeps a second or more for each name, and an authority may be slow.
    timeout: (300 + 30 * names) * 1000,
    onLine: line => tellProgress(line, world),
  })
  if (missing)
    throw refusal('dehydrated is not installed', {
      hint: 'apt-get install dehydrated (or your distribution’s package)',
    })
  return { status: status ?? 1, text: problem === undefined ? output : `${output}\nERROR: dehydrated ${problem}\n` }
}

const STEPS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\+ Registering account key/, 'creating an account'],
  [/^ \+ Requesting new certificate order/, 'ordering'],
  [/^ \+ Responding to challenge for (\S+) authorization/, 'proving $1'],
  [/^ \+ Requesting certificate/, 'waiting for the certificate'],
]

function tellProgress(line: string, world: World): void {
  for (const [pattern, what] of STEPS) {
    const found = pattern.exec(line)
    if (found !== null) world.progress(what.replace('$1', found[1] ?? ''))
  }
}

/**
 * The configuration of one run: the generated one, which may contain the site's own lines, then this authority and this
 * certificate, which override the authority in /etc/dehydrated/config.
 */
function writeConfig(wanted: WantedCertificate, authority: Authority, settings: Settings, world: World): string {
  const generated = below(world.places, '/etc/dehydrated/config')
  if (!exists(generated))
    throw refusal('the configuration of dehydrated has not been generated yet', {
      where: generated,
      hint: 'First: signal-event letsencrypt-modify',
    })
  const state = authorityState(world.places, authority)
  const line = [...wanted.names, '>', wanted.name].join(' ')
  state.write('domains.txt', wanted.names.length === 0 ? '' : `${line}\n`)
  const values = {
    CA: authority.directory,
    BASEDIR: settings.baseFolder,
    CERTDIR: join(settings.baseFolder, authority.id),
    WELLKNOWN: settings.wellKnown,
    HOOK: settings.hookScript,
    DOMAINS_TXT: state.path('domains.txt'),
  }
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shell(value)}`)
  const text = [`. ${shell(generated)}`, ...lines, '']
  state.write('dehydrated.config', text.join('\n'))
  return state.path('dehydrated.config')
}
