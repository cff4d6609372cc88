import { oldAddresses } from './addresses.ts'
import { Certificates } from './certificates.ts'
import { dueCertificates, untestedCertificates } from './due.ts'
import type { Settings } from './settings.ts'
import { missingSettings, refuseMissing } from './settings-check.ts'
import type { WantedCertificate } from './types.ts'
import type { World } from './world.ts'

/**
 * What the setup would do: addresses to correct, the certificates with their names, the steps that are not done.
 * @throws Failure (refused) when a setting is missing
 */
export function* setupSteps(settings: Settings, world: World, testOnly: boolean): Generator<string> {
  const production = new Certificates(world, settings, 'production')
  const test = new Certificates(world, settings, 'test')
  for (const { property, old, address } of oldAddresses(settings))
    yield `would correct ${property}: ${old} is ACME version 1; now ${address}`
  refuseMissing(missingSettings(settings, production.wanted))
  const open = dueCertificates(production, world)
  const untested = untestedCertificates(test, production, world, testOnly)
  const list = (some: readonly WantedCertificate[]) => some.map(({ name }) => name).join(', ')
  const steps: readonly (readonly [open: boolean, what: string])[] = [
    [open.length > 0, 'check every name'],
    [untested.length > 0, `ask the test authority ${test.authority.directory} for ${list(untested)}`],
    [settings.status !== 'enabled', 'config setprop letsencrypt status enabled; signal-event letsencrypt-modify'],
    [open.length > 0, `ask the production authority ${production.authority.directory} for ${list(open)}`],
    [true, 'put the certificates into service, and check that the services serve them'],
  ]
  for (const { name, names } of production.wanted) yield `certificate ${name}: ${names.join(' ')}`
  for (const [isOpen, what] of steps.slice(0, testOnly ? 2 : steps.length)) if (isOpen) yield `would ${what}`
}
