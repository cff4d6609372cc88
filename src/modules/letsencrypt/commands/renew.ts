import { setTimeout as wait } from 'node:timers/promises'
import { EXIT, usageFailure } from '../../../base/failure.ts'
import { sayTime, sayTimeFrom } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { type RenewalWindow, suggestedWindow } from '../ari.ts'
import { NoAnswer } from '../ask-authority.ts'
import { Certificates } from '../certificates.ts'
import { issue } from '../issue.ts'
import { renewalTime, whyDue } from '../renewal.ts'
import { alone } from '../run-lock.ts'
import { putIntoService } from '../serve.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import type { StoredCertificate } from '../stored-certificate.ts'
import { warnOfExpiry } from '../warn.ts'
import type { WantedCertificate, World } from '../world.ts'
import { makeWorld } from './world.ts'

/** With --wait, a run ends if the next try is farther away than this: the timer will start it. */
const LONGEST_WAIT = 2 * 3600 * 1000

/** `gabarit letsencrypt renew` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, print } = invocation
  if (flag('wait') && (flag('force') || value('at') !== undefined))
    throw usageFailure(
      '--wait cannot be combined with --force or --at',
      'With --force, each try would renew everything again, beyond the limits. With --at, the next try would never come.',
    )
  const world = makeWorld(invocation, 'renew')
  if (readSettings(places).status === 'disabled') {
    print('letsencrypt is disabled: nothing to renew')
    return EXIT.done
  }
  for (;;) {
    // Everything is read again: somebody may have fixed a setting while this process waited.
    const force = flag('force') ? new Forced() : undefined
    const { ok, nextTry } = await alone(world, held => renew(new State(places, world.warn), held, force))
    const left = nextTry === undefined ? Number.POSITIVE_INFINITY : nextTry.getTime() - world.clock.now().getTime()
    if (ok || !flag('wait') || left > LONGEST_WAIT) return ok ? EXIT.done : EXIT.failed
    await wait(Math.max(left, 1000))
  }
}

/** The certificates that `--force` renews: those that exist at the start. One issued while it waits is not renewed again. */
class Forced {
  #there: ReadonlySet<string> | undefined

  /** Only the first call counts. */
  begin({ wanted, store }: Certificates): void {
    this.#there ??= new Set(wanted.flatMap(({ name }) => store.newest(name)?.certificate.fingerprint256 ?? []))
  }

  /** @param newest of a wanted certificate */
  concerns(newest: StoredCertificate | undefined): boolean {
    return newest === undefined || this.#there?.has(newest.certificate.fingerprint256) === true
  }
}

/** The result of a run. */
interface Renewed {
  readonly ok: boolean
  /** When to try again; undefined if nothing failed. */
  readonly nextTry: Date | undefined
}

/**
 * Renews due certificates, each separately; puts new ones into service; warns of certificates about to expire.
 * In test mode nothing is put into service, since a test certificate is useless for visitors.
 */
async function renew(state: State, world: World, force?: Forced): Promise<Renewed> {
  let renewed: Renewed
  let warned: boolean
  try {
    renewed = await renewAll(state, world, force)
  } finally {
    // Nobody else warns before expiry, so this must happen even if the renewal fails completely.
    warned = await warnOfExpiry(state, world)
  }
  return { ...renewed, ok: renewed.ok && warned }
}

async function renewAll(state: State, world: World, force?: Forced): Promise<Renewed> {
  const certificates = new Certificates(world)
  for (const { name, names } of certificates.adoptAll())
    world.say(`${name}: found a new certificate with ${names.length} names`)
  force?.begin(certificates)
  const { wanted: all, store } = certificates
  const newest = all.flatMap(({ name }) => store.newest(name)?.certificate.fingerprint256 ?? [])
  state.retain(new Set(all.map(({ name }) => certificates.stateKey(name))), new Set(newest))
  let ok = certificates.warnOfDamages()
  const tries: number[] = []
  for (const wanted of all) {
    const next = await renewOne(wanted, certificates, state, force?.concerns(store.newest(wanted.name)) === true)
    if (next !== undefined) tries.push(next.getTime())
  }
  if (certificates.authority.mode === 'production') {
    for (const wanted of all) sayChosen(wanted, certificates)
    ok = (await putIntoService(certificates, state)) && ok
  }
  return { ok: ok && tries.length === 0, nextTry: tries.length === 0 ? undefined : new Date(Math.min(...tries)) }
}

/** @returns when to try again, if it failed now or before */
async function renewOne(
  wanted: WantedCertificate,
  certificates: Certificates,
  state: State,
  force: boolean,
): Promise<Date | undefined> {
  const { say, warn, clock } = certificates.world
  const key = certificates.stateKey(wanted.name)
  const now = clock.now()
  const reason = force ? 'forced' : await whyRenew(wanted, certificates, state)
  if (reason === undefined) {
    state.succeeded(key)
    return undefined
  }
  const trouble = state.trouble(key)
  if (trouble !== undefined && !force && new Date(trouble.nextTry) > now) {
    warn(`${wanted.name}: ${trouble.message}; next try: ${sayTimeFrom(trouble.nextTry)}`)
    return new Date(trouble.nextTry)
  }
  say(`${wanted.name}: ${reason}`)
  const problem = await issue(certificates, wanted, state, force)
  if (problem === undefined) return undefined
  const { message, hint, nextTry } = state.failed(key, problem, now)
  warn(`${wanted.name}: ${message}\n  ${hint}\n  Next try: ${sayTimeFrom(nextTry)}`)
  return new Date(nextTry)
}

/** Explains why the newest one is not served. */
function sayChosen({ name, names }: WantedCertificate, { store, world }: Certificates): void {
  const choice = store.choice(name, names)
  if (choice === undefined) return
  const { certificate, until } = choice
  world.say(`${name}: ${certificate.id} was chosen by hand and is served until ${sayTime(until)}`)
}

/** Why a certificate is due now, by our own schedule or the authority's; undefined if it is not. */
async function whyRenew(
  wanted: WantedCertificate,
  certificates: Certificates,
  state: State,
): Promise<string | undefined> {
  const current = certificates.store.newest(wanted.name)
  const due = whyDue(wanted, certificates)
  if (due !== undefined || current === undefined) return due
  const window = await authorityWindow(current, certificates, state)
  if (window === undefined || renewalTime(current.certificate, window) > certificates.world.clock.now())
    return undefined
  const why = window.explanation === undefined ? '' : `, and explains: ${window.explanation}`
  return `the authority wants it renewed between ${sayTime(window.start)} and ${sayTime(window.end)}${why}`
}

/** The authority's suggestion, requested no more often than it allows. If it does not answer, its last suggestion. */
async function authorityWindow(
  { certificate }: StoredCertificate,
  { authority, world: { clock } }: Certificates,
  state: State,
): Promise<RenewalWindow | undefined> {
  const last = state.window(certificate.fingerprint256)
  if (last !== undefined && new Date(last.askAgain) > clock.now()) return last
  const found = await suggestedWindow(authority, certificate, clock)
  if (found instanceof NoAnswer) return last
  if (found !== undefined) state.noteWindow(certificate.fingerprint256, found)
  return found
}
