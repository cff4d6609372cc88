import { EXIT, Failure } from '../../base/failure.ts'
import { changeDatabase } from '../../db/change.ts'
import { Certificates } from './certificates.ts'
import { issue } from './issue.ts'
import { dropNames, previewDrop } from './preflight/drop.ts'
import { failingNames, type PreflightReport, preflight } from './preflight/preflight.ts'
import { reportAsText } from './preflight/show.ts'
import { dueCertificates, untestedCertificates } from './renewal.ts'
import { putIntoService } from './serve.ts'
import { missingSettings, oldAddresses, readSettings, refuseMissing } from './settings.ts'
import type { State } from './state.ts'
import { wantedCertificates } from './wanted.ts'
import type { WantedCertificate, World } from './world.ts'

interface SetupOptions {
  /** Stop after the test authority. */
  readonly testOnly: boolean
  /** Exclude the names that fail the checks. */
  readonly dropFailing: boolean
  /** Checks to skip, or `all`. */
  readonly skip: ReadonlySet<string>
  /** Ask even beyond the limits of the authority. */
  readonly force: boolean
}

/**
 * Gets certificates and puts them into service: checks, test authority, production, services. Each step first checks whether
 * it is already done, so repeating the command continues where it stopped or was killed.
 * @returns the exit status
 * @throws Failure (refused) if a setting is missing
 */
export async function setUp(state: State, world: World, options: SetupOptions): Promise<number> {
  correctAddresses(world)
  const { settings, wanted } = new Certificates(world, 'production')
  refuseMissing(missingSettings(settings, wanted))
  // Creates the folders and files that everything below needs, and reloads the web server if its file changed.
  if (settings.status === 'disabled') setStatus('test', world)
  await apply(world)
  for (const mode of ['test', 'production'] as const) {
    const certificates = new Certificates(world, mode)
    certificates.adoptAll()
    certificates.warnOfDamages()
  }
  const unchecked = new Certificates(world, 'production')
  const checked = dueCertificates(unchecked).length === 0 ? 'fine' : await checkNames(unchecked, options)
  if (checked === 'failed') return EXIT.failed
  if (checked === 'names were left out') await apply(world)
  const test = new Certificates(world, 'test')
  const untested = untestedCertificates(test, new Certificates(world, 'production'), options.testOnly)
  if (!(await issueAll(test, untested, state, options.force))) return EXIT.failed
  if (options.testOnly) {
    world.say('the test authority issues certificates for all names; these are never served')
    return EXIT.done
  }
  if (test.settings.status !== 'enabled') {
    setStatus('enabled', world)
    await apply(world)
  }
  const production = new Certificates(world, 'production')
  const issued = await issueAll(production, dueCertificates(production), state, options.force)
  const asked = new Set(production.wanted.map(({ name }) => name))
  const served = await putIntoService(production, state, asked, 'To try again: gabarit letsencrypt renew')
  return issued && served ? EXIT.done : EXIT.failed
}

function correctAddresses(world: World): void {
  const old = oldAddresses(readSettings(world.places))
  if (old.length === 0) return
  setProperties(Object.fromEntries(old.map(({ property, address }) => [property, address])), world)
  for (const { property, old: from, address } of old)
    world.warn(`${property} was ${from}, an ACME version 1 URL that no longer works; now ${address}`)
}

function setStatus(status: 'test' | 'enabled', world: World): void {
  setProperties({ status }, world)
  world.say(`letsencrypt: status ${status}`)
}

function setProperties(properties: Readonly<Record<string, string>>, { places, command }: World): void {
  changeDatabase(places, 'configuration', { command }, draft => draft.setprop('letsencrypt', properties))
}

async function apply(world: World): Promise<void> {
  const status = await world.signal('letsencrypt-modify')
  const hint = 'Fix what it reports, then repeat this command.'
  if (status !== EXIT.done) throw new Failure('the event letsencrypt-modify failed', { status, hint })
}

/** Checks every wanted name before a certificate is requested, and reports the findings. */
async function checkNames(
  certificates: Certificates,
  { dropFailing, skip }: SetupOptions,
): Promise<'fine' | 'names were left out' | 'failed'> {
  const { settings, world } = certificates
  const { say, warn } = world
  if (skip.has('all') || settings.skipChecks.has('all')) {
    say('the checks are skipped')
    return 'fine'
  }
  const report = await preflight(certificates, skip)
  if (report.ok) {
    say(`checked ${report.names.length} names: no problems`)
    return 'fine'
  }
  say(reportAsText(report), { kind: 'names', ...report })
  const problem = leaveOut(report, world, dropFailing)
  if (problem === undefined) return 'names were left out'
  warn(problem)
  return 'failed'
}

/** Excludes the failing names, if that is wanted. @returns why no certificate can be requested nevertheless */
function leaveOut(report: PreflightReport, world: World, dropFailing: boolean): string | undefined {
  const { places, say, warn } = world
  const failing = failingNames(report)
  if (failing.length === 0 || report.general.some(({ state }) => state === 'failed'))
    return 'the checks failed, so no certificate was requested'
  if (!dropFailing) {
    const way = 'Fix them, or exclude them: gabarit letsencrypt setup --drop-failing'
    return `these names fail, so the whole certificate would fail: ${failing.join(', ')}\n  ${way}`
  }
  const { stay } = previewDrop(world, failing)
  if (stay.length > 0) {
    const way = 'config setprop letsencrypt configure none, then enable the names one by one'
    const why = 'cannot be excluded, because the property configure of letsencrypt includes them'
    return `these names fail, but ${why}: ${stay.join(', ')}\n  ${way}`
  }
  for (const name of dropNames(places, failing)) say(`${name}: letsencryptSSLcert disabled`)
  return wantedCertificates(world, warn).length > 0 ? undefined : 'no names are left'
}

/** Gets each separately: one that fails does not block the others. @returns whether none failed */
async function issueAll(
  certificates: Certificates,
  open: readonly WantedCertificate[],
  state: State,
  force: boolean,
): Promise<boolean> {
  const { authority, world } = certificates
  const { mode, directory } = authority
  let ok = true
  for (const wanted of open) {
    world.say(`${wanted.name}: asking the ${mode} authority ${directory} for ${wanted.names.length} names`)
    const problem = await issue(certificates, wanted, state, force)
    if (problem === undefined) continue
    // The renewal continues with production automatically; a person repeats the test.
    if (mode === 'production') state.failed(certificates.stateKey(wanted.name), problem, world.clock.now())
    world.warn(`${wanted.name}: ${problem.message}\n  ${problem.hint}\n  Then repeat: gabarit letsencrypt setup`)
    ok = false
  }
  return ok
}
