import { oldAddresses } from './addresses.ts'
import { Certificates } from './certificates.ts'
import { dueCertificates, tested } from './due.ts'
import type { Settings } from './settings.ts'
import { missingSettings } from './settings-check.ts'
import type { WantedCertificate } from './types.ts'
import type { World } from './world.ts'

/** What the setup would do: missing settings, the certificates with their names, the remaining steps. */
export function setupSteps(settings: Settings, world: World, testOnly: boolean): string[] {
  const production = new Certificates(world, settings, 'production')
  const test = new Certificates(world, settings, 'test')
  const open = dueCertificates(production, world)
  const untested = open.filter(wanted => !tested(test, wanted, world))
  const list = (some: readonly WantedCertificate[]) => some.map(({ name }) => name).join(', ')
  const steps: readonly (readonly [open: boolean, what: string])[] = [
    [open.length > 0, 'check every name'],
    [untested.length > 0, `ask the test authority ${test.authority.directory} for ${list(untested)}`],
    [settings.status !== 'enabled', 'config setprop letsencrypt status enabled; signal-event letsencrypt-modify'],
    [open.length > 0, `ask the production authority ${production.authority.directory} for ${list(open)}`],
    [true, 'put the certificates into service, and check that the services serve them'],
  ]
  return [
    ...oldAddresses(settings).map(
      ({ property, old, address }) => `would correct ${property}: ${old} is ACME version 1; now ${address}`,
    ),
    ...missingSettings(settings, production.wanted).map(({ message, command }) => `missing: ${message}\n  ${command}`),
    ...production.wanted.map(({ name, names }) => `certificate ${name}: ${names.join(' ')}`),
    ...steps.slice(0, testOnly ? 2 : steps.length).flatMap(([isOpen, what]) => (isOpen ? [`would ${what}`] : [])),
  ]
}
