import { refusal } from '../../base/failure.ts'
import type { DbRecord, Records } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { below, databaseFile, type Places } from '../../system/places.ts'
import { folderName } from '../../template/text.ts'
import { frontOf } from '../../template/web-front.ts'
import type { Authority, Mode } from './world.ts'

/** The settings for certificates in the databases. Paths are real. */
export type Settings = Readonly<ReturnType<typeof readSettings>>

/**
 * Reads the settings.
 * @throws Failure (refused) if the databases were never initialized
 */
export function readSettings(places: Places) {
  const records = readDatabase(databaseFile(places, 'configuration')) ?? new Map<string, DbRecord>()
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
  return {
    status: oneOf('status', 'disabled', 'test', 'enabled'),
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
    /** Checks to skip. */
    skipChecks: new Set(listIn(text('SkipChecks'))),
  }
}

/** The words of a list. */
function listIn(text: string): readonly string[] {
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
