import { refusal } from '../../base/failure.ts'
import { isExecutable } from '../../system/read-files.ts'
import { successorOf } from './authority.ts'
import type { Settings } from './settings.ts'
import type { WantedCertificate } from './world.ts'

/** A missing setting that is required to get a certificate. */
export interface Missing {
  readonly what: 'terms' | 'email' | 'names' | 'hook'
  readonly message: string
  /** The commands that fix it. */
  readonly command: string
}

/** The settings that are missing to request certificates. */
export function missingSettings(settings: Settings, wanted: readonly WantedCertificate[]): Missing[] {
  const missing: Missing[] = []
  if (!settings.acceptTerms)
    missing.push({
      what: 'terms',
      message: 'the terms of service of the authority are not accepted',
      command: 'config setprop letsencrypt ACCEPT_TERMS yes',
    })
  if (settings.email === '')
    missing.push({
      what: 'email',
      message: 'there is no contact address for the account',
      command: 'config setprop letsencrypt email ADDRESS',
    })
  if (wanted.length === 0)
    missing.push({
      what: 'names',
      message: 'no name is selected for the certificate',
      command: 'db domains setprop DOMAIN letsencryptSSLcert enabled; db hosts setprop NAME letsencryptSSLcert enabled',
    })
  const hook = settings.challengeHook
  if (hook === undefined ? settings.challenge === 'dns-01' : !isExecutable(hook))
    missing.push({
      what: 'hook',
      message: hook === undefined ? 'dns-01 needs a command that publishes the responses' : `${hook} is not executable`,
      command: 'config setprop letsencrypt challengeHook FILE',
    })
  return missing
}

/** @throws Failure (refused) when something is missing */
export function refuseMissing(missing: readonly Missing[]): void {
  if (missing.length === 0) return
  const hint = missing.map(({ message, command }) => `${message}: ${command}`).join('\n')
  throw refusal('the settings are incomplete', { hint })
}

/** A property with an ACME version 1 URL, and its correct value. */
export interface OldAddress {
  readonly property: 'TestCA' | 'ProductionCA'
  readonly old: string
  readonly address: string
}

/** ACME version 1 URLs in the settings, as SME Server has them: they no longer work. */
export function oldAddresses({ test, production }: Settings): OldAddress[] {
  return [
    { property: 'TestCA', old: test.directory } as const,
    { property: 'ProductionCA', old: production.directory } as const,
  ].flatMap(({ property, old }) => {
    const address = successorOf(old)
    return address === undefined ? [] : [{ property, old, address }]
  })
}
