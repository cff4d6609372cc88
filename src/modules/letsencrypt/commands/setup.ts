import { EXIT, usageFailure } from '../../../base/failure.ts'
import { changeDatabase } from '../../../db/change.ts'
import { ask, saysYes } from '../../../terminal/ask-first.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import { skippedChecks } from '../preflight/check.ts'
import { dueCertificates, untestedCertificates } from '../renewal.ts'
import { alone } from '../run-lock.ts'
import { missingSettings, oldAddresses, readSettings, refuseMissing } from '../settings.ts'
import { setUp } from '../setup.ts'
import { State } from '../state.ts'
import { wantedCertificates } from '../wanted.ts'
import type { WantedCertificate, World } from '../world.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt setup` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, io, places, system } = invocation
  const world = makeWorld(invocation, 'setup')
  const options = {
    testOnly: flag('test'),
    dropFailing: flag('drop-failing'),
    skip: skippedChecks(invocation),
    force: flag('force'),
  }
  if (system.dryRun) {
    printOutline(world, invocation)
    return EXIT.done
  }
  if (flag('json')) throw usageFailure('--json needs --dry-run', 'To follow the steps in a program: --json-lines')
  if (io.isTerminal(0)) await askSettings(world, invocation)
  return alone(world, held => setUp(new State(places, world.warn), held, options))
}

/** Asks the person at the terminal for missing settings; an empty answer skips one. */
async function askSettings(world: World, invocation: Invocation): Promise<void> {
  const { places, command } = world
  const settings = readSettings(places)
  const wanted = wantedCertificates(world, () => undefined)
  const missing = new Set(missingSettings(settings, wanted).map(({ what }) => what))
  const set = (property: string, value: string) =>
    changeDatabase(places, 'configuration', { command }, draft => draft.setprop('letsencrypt', property, value))
  if (missing.has('email')) {
    const address = (await ask('Contact address for the account at the authority: ', invocation)).trim()
    if (address !== '') set('email', address)
  }
  const terms = `Do you accept the terms of service of the authority (see ${settings.production.directory})? [y/N] `
  if (missing.has('terms') && (await saysYes(terms, invocation))) set('ACCEPT_TERMS', 'yes')
  const all = 'No name is selected. Include all domains of this server, without their hosts? [y/N] '
  if (missing.has('names') && (await saysYes(all, invocation))) set('configure', 'domains')
}

/** What the setup would do. */
function outlineOf(world: World, testOnly: boolean) {
  const production = new Certificates(world, 'production')
  const test = new Certificates(world, 'test')
  const { settings, wanted } = production
  const corrections = oldAddresses(settings).map(
    ({ property, old, address }) => `would correct ${property}: ${old} is ACME version 1; now ${address}`,
  )
  const open = dueCertificates(production)
  const untested = untestedCertificates(test, production, testOnly)
  const list = (some: readonly WantedCertificate[]) => some.map(({ name }) => name).join(', ')
  const steps: readonly (readonly [open: boolean, what: string])[] = [
    [open.length > 0, 'check every name'],
    [untested.length > 0, `ask the test authority ${test.authority.directory} for ${list(untested)}`],
    [settings.status !== 'enabled', 'config setprop letsencrypt status enabled; signal-event letsencrypt-modify'],
    [open.length > 0, `ask the production authority ${production.authority.directory} for ${list(open)}`],
    [true, 'put the certificates into service, and check that the services serve them'],
  ]
  return {
    corrections,
    missing: missingSettings(settings, wanted),
    certificates: wanted,
    steps: steps.slice(0, testOnly ? 2 : steps.length).flatMap(([isOpen, what]) => (isOpen ? [`would ${what}`] : [])),
  }
}

/**
 * Prints addresses to correct, the certificates with their names, and the steps that are not done; as JSON also what is
 * missing, and why names are left out.
 * @throws Failure (refused) when a setting is missing, except for JSON
 */
function printOutline(world: World, { flag, print }: Invocation): void {
  const leftOut = new Set<string>()
  const asJson = flag('json')
  const outline = outlineOf(asJson ? { ...world, warn: message => leftOut.add(message) } : world, flag('test'))
  if (asJson) {
    print(JSON.stringify({ ...outline, leftOut: [...leftOut] }, null, 2))
    return
  }
  const { corrections, missing, certificates, steps } = outline
  for (const line of corrections) world.say(line)
  refuseMissing(missing)
  for (const { name, names } of certificates) world.say(`certificate ${name}: ${names.join(' ')}`)
  for (const step of steps) world.say(step)
}
