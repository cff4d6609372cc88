import { refusal } from '../../base/failure.ts'
import type { DbRecord, Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { below, databaseFile, type Places } from '../../system/places.ts'
import { frontOf } from '../../template/web-front.ts'
import { makeAuthority } from './authority.ts'
import type { Authority, Mode } from './world.ts'

/** The settings for certificates in the databases. Paths are real. */
export interface Settings {
  readonly status: 'disabled' | 'test' | 'enabled'
  readonly acceptTerms: boolean
  readonly email: string
  readonly test: Authority
  readonly production: Authority
  /** Folder of dehydrated. */
  readonly baseFolder: string
  /** Folder of the challenge responses. */
  readonly wellKnown: string
  /** Script that dehydrated calls. */
  readonly hookScript: string
  readonly challenge: 'http-01' | 'dns-01'
  /** Command that publishes responses elsewhere, if any. */
  readonly challengeHook: string | undefined
  /** Where TLS is served: `host:port`; none: do not check. */
  readonly servers: readonly string[]
  /** Mail address for warnings; empty: none. */
  readonly warnAddress: string
  /** Command that gets warnings on its standard input. */
  readonly warnCommand: string | undefined
  /** Address of a DNS server for the checks; undefined: the system's. */
  readonly dnsServer: string | undefined
  /** Names of the authorities in CAA records; none: those in their directories. */
  readonly caaIdentities: readonly string[]
  /** Checks to skip. */
  readonly skipChecks: ReadonlySet<string>
}

/**
 * Reads the settings.
 * @throws Failure (refused) if the databases were never initialized
 */
export function readSettings(places: Places): Settings {
  const records = readDatabase(databaseFile(places, 'configuration')) ?? new Map<string, DbRecord>()
  const letsencrypt = records.get('letsencrypt')
  const modSSL = records.get('modSSL')
  if (letsencrypt === undefined || modSSL === undefined)
    throw refusal('the databases are not initialized: there is no record letsencrypt or modSSL', {
      hint: 'First: signal-event post-install',
    })
  const text = (name: string, otherwise = '') => letsencrypt.properties.get(name) || otherwise
  const bundle = text('CABundle') || undefined
  const authority = (mode: Mode, property: string) => makeAuthority(places, mode, text(property), bundle)
  const status = text('status', 'disabled')
  return {
    status: status === 'test' || status === 'enabled' ? status : 'disabled',
    acceptTerms: text('ACCEPT_TERMS') === 'yes',
    email: text('email'),
    test: authority('test', 'TestCA'),
    production: authority('production', 'ProductionCA'),
    baseFolder: below(places, text('BaseDir', '/etc/dehydrated')),
    wellKnown: below(places, text('WellKnown', '/var/www/dehydrated')),
    hookScript: below(places, text('hookScript', '/etc/dehydrated/hook.sh')),
    challengeHook: text('challengeHook') === '' ? undefined : below(places, text('challengeHook')),
    challenge: text('challenge') === 'dns-01' ? 'dns-01' : 'http-01',
    servers: servedAt(text('servers'), modSSL, records),
    warnAddress: text('warnAddress', text('email')),
    warnCommand: text('warnCommand') === '' ? undefined : below(places, text('warnCommand')),
    dnsServer: text('DNSServer') || undefined,
    caaIdentities: listIn(text('CAAIdentities')),
    skipChecks: new Set(listIn(text('SkipChecks'))),
  }
}

/** The words of a list. */
function listIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean)
}

/** This machine by default: the HTTPS port of the web server in front. */
function servedAt(servers: string, modSSL: DbRecord, records: Records): string[] {
  if (servers === 'none') return []
  if (servers !== '') return listIn(servers)
  if (modSSL.properties.get('status') !== 'enabled') return []
  const { https } = frontOf(records)
  return https === undefined ? [] : [`127.0.0.1:${https}`]
}
