import { isExecutable } from '../../system/read-files.ts'
import type { Settings } from './settings.ts'
import type { WantedCertificate } from './types.ts'

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
