import { refusal } from '../../base/failure.ts'
import type { DbRecord, Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { below, type Places } from '../../system/places.ts'
import { isExecutable } from '../../system/read-files.ts'
import { folderName } from '../../template/text.ts'
import { frontOf } from '../../template/web-front.ts'
import { type Authority, type Mode, successorOf, type WantedCertificate } from './world.ts'

/** The settings for certificates in the databases. Paths are real. */
export type Settings = Readonly<ReturnType<typeof readSettings>>

/**
 * Reads the settings.
 * @throws Failure (refused) if the databases were never initialized
 */
export function readSettings(places: Places) {
  const records = recordsOf(places, 'configuration')
  const letsencrypt = records.get('letsencrypt')
  const modSSL = records.get('modSSL')
  if (letsencrypt === undefined || modSSL === undefined)
    throw refusal('the databases are not initialized: there is no record letsencrypt or modSSL', {
      hint: 'First: signal-event post-install',
    })
  const text = (name: string, otherwise = '') => letsencrypt.properties.get(name) || otherwise
  const path = (name: string) => (text(name) === '' ? undefined : below(places, text(name)))
  const oneOf = <Word extends string>(name: string, otherwise: Word, ...others: readonly Word[]) =>
    others.find(word => word === text(name)) ?? otherwise
  const authority = (mode: Mode, directory: string): Authority => ({
    mode,
    directory,
    id: folderName(directory),
    bundle: path('CABundle'),
  })
  const status = oneOf('status', 'disabled', 'test', 'enabled')
  const mode: Mode = status === 'enabled' ? 'production' : 'test'
  return {
    status,
    /** The authority to renew from. */
    mode,
    acceptTerms: text('ACCEPT_TERMS') === 'yes',
    email: text('email'),
    test: authority('test', text('TestCA')),
    production: authority('production', text('ProductionCA')),
    /** Folder of dehydrated. */
    baseFolder: below(places, text('BaseDir', '/etc/dehydrated')),
    /** Folder of the challenge responses. */
    wellKnown: below(places, text('WellKnown', '/var/www/dehydrated')),
    /** Script that dehydrated calls. */
    hookScript: below(places, text('hookScript', '/etc/dehydrated/hook.sh')),
    /** Command that publishes responses elsewhere, if any. */
    challengeHook: path('challengeHook'),
    challenge: oneOf('challenge', 'http-01', 'dns-01'),
    /** Where TLS is served: `host:port`; none: do not check. */
    servers: servedAt(text('servers'), modSSL, records),
    /** Mail address for warnings; empty: none. */
    warnAddress: text('warnAddress', text('email')),
    /** Command that gets warnings on its standard input. */
    warnCommand: path('warnCommand'),
    /** Address of a DNS server for the checks; undefined: the system's. */
    dnsServer: text('DNSServer') || undefined,
    /** Names of the authorities in CAA records; none: those in their directories. */
    caaIdentities: listIn(text('CAAIdentities')),
    skipChecks: new Set(listIn(text('SkipChecks'))),
  }
}

/** A list separated by commas or spaces. */
export function listIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}

/** This machine by default: the HTTPS port of the web server in front. */
function servedAt(servers: string, modSSL: DbRecord, records: Records): readonly string[] {
  if (servers === 'none') return []
  if (servers !== '') return listIn(servers)
  if (modSSL.properties.get('status') !== 'enabled') return []
  const { https } = frontOf(records)
  return https === undefined ? [] : [`127.0.0.1:${https}`]
}

/** A missing setting that is required to get a certificate. */
export interface Missing {
  readonly what: 'terms' | 'email' | 'names' | 'hook'
  readonly message: string
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

/** ACME version 1 URLs in the settings, as SME Server has them, which no longer work, and the current ones. */
export function oldAddresses({ test, production }: Settings) {
  const directories = { TestCA: test.directory, ProductionCA: production.directory }
  return Object.entries(directories).flatMap(([property, old]) => {
    const address = successorOf(old)
    return address === undefined ? [] : [{ property, old, address }]
  })
}
