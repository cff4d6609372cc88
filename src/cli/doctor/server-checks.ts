import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { Failure, messageOf } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { DAY, sayWhen } from '../../base/time.ts'
import { CheckerTable } from '../../commit/checkers.ts'
import type { DbRecord } from '../../db/record.ts'
import { readableDatabase } from '../../db/store.ts'
import { successorOf } from '../../modules/letsencrypt/authority.ts'
import { readManifest } from '../../state/manifest.ts'
import { below, databaseFile } from '../../system/places.ts'
import { entriesIn, exists, isExecutable, readBytes, statOf } from '../../system/read-files.ts'
import { chooseServiceManager } from '../../system/service/choose.ts'
import { readMetadata } from '../../template/metadata.ts'
import { findTemplate, searchList } from '../../template/tree.ts'
import { type Check, type Diagnosis, ok, orOk, type Patient } from './check.ts'

/** Checks of the server around gabarit. */
export const SERVER_CHECKS: readonly Check[] = [
  { id: 'service-manager', run: serviceManager },
  { id: 'acme-address', run: acmeAddress },
  { id: 'certificate', run: certificate },
  { id: 'site-folder', run: siteFolder },
  { id: 'checkers', run: checkers },
]

function serviceManager({ places, system, configuration }: Patient): readonly Diagnosis[] {
  if (places.root !== '/') return ok(`below ${places.root} there are no services`)
  try {
    const property = configuration.get('gabarit')?.properties.get('ServiceManager')
    const { name, idle } = chooseServiceManager(places.root, property, system.env)
    if (idle !== true || property === 'none') return ok(`services are adjusted by ${name}`)
    const message = 'no service manager was found, so no service reloads changed files'
    return [{ level: 'warning', message, command: 'config setprop gabarit ServiceManager systemd' }]
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [{ level: 'error', message: error.describe(), command: 'config setprop gabarit ServiceManager auto' }]
  }
}

/** Version 1 of the protocol was shut down in June 2021, but SME Server databases still name it. */
function acmeAddress({ configuration }: Patient): readonly Diagnosis[] {
  const properties = configuration.get('letsencrypt')?.properties
  return orOk(
    ['ProductionCA', 'TestCA'].flatMap((property): Diagnosis[] => {
      const value = properties?.get(property) ?? ''
      const alive = successorOf(value)
      if (alive === undefined) return []
      const message = `letsencrypt ${property} is ${value}, which no longer answers`
      return [{ level: 'error', message, command: `config setprop letsencrypt ${property} ${alive}` }]
    }),
    'the URLs of the certificate authorities are current',
  )
}

/** Certificates that expire within this many days, or a quarter of their lifetime, should have been renewed. */
const SOON = 21

function certificate(patient: Patient): readonly Diagnosis[] {
  const { places, now } = patient
  const seen = new Set<string>()
  const found = certificateRecords(patient).flatMap(({ key: owner, properties }) =>
    ['crt', 'CertificateChainFile', 'key'].flatMap((property): Diagnosis[] => {
      const path = properties.get(property) ?? ''
      if (path === '' || seen.has(path)) return []
      seen.add(path)
      const file = below(places, path)
      if (exists(file)) return property === 'key' ? [] : endOf(path, file, now)
      const message = `${owner} ${property}: ${path} does not exist`
      return [{ level: 'error', message, command: 'gabarit letsencrypt renew' }]
    }),
  )
  return orOk(found, 'the certificate files exist and are valid')
}

/** Records that name a certificate: modSSL, and domains and proxies with their own. */
function certificateRecords({ places, configuration }: Patient): DbRecord[] {
  const others = ['domains', 'proxies'].flatMap(name => [
    ...(readableDatabase(databaseFile(places, name))?.values() ?? []),
  ])
  const common = configuration.get('modSSL')
  return common === undefined ? others : [common, ...others]
}

function endOf(path: string, file: string, now: number): Diagnosis[] {
  let end: number
  let soon: number
  try {
    const { validFrom, validTo } = new X509Certificate(readBytes(file))
    end = Date.parse(validTo)
    soon = Math.min(SOON, (end - Date.parse(validFrom)) / 4 / DAY)
  } catch (error) {
    return [
      {
        level: 'error',
        message: `${path} is not a certificate: ${messageOf(error)}`,
        command: 'gabarit letsencrypt renew --force',
      },
    ]
  }
  const left = (end - now) / DAY
  if (left >= soon) return []
  const over = left < 0
  const message = `${path} ${over ? 'expired' : 'expires'} ${sayWhen(new Date(end), now)}`
  return [{ level: over ? 'error' : 'warning', message, command: 'gabarit letsencrypt renew' }]
}

/** Fragments and actions run as root, so anybody who can write them is root. */
function siteFolder({ places }: Patient): readonly Diagnosis[] {
  return orOk(
    [places.site, ...foldersBelow(places.site)].flatMap((folder): Diagnosis[] => {
      const { mode = 0, uid = 0 } = statOf(folder) ?? {}
      if ((mode & 0o022) === 0 && (uid === 0 || uid === process.getuid?.())) return []
      const message = `${folder} is writable by other users than root, and its content runs as root`
      const command = `chown root: ${shell(folder)} && chmod go-w ${shell(folder)}`
      return [{ level: 'error', message, command }]
    }),
    `only root can change ${places.site}`,
  )
}

function foldersBelow(folder: string): string[] {
  const folders = entriesIn(folder).filter(entry => entry.isDirectory())
  return folders.flatMap(({ name }) => [join(folder, name), ...foldersBelow(join(folder, name))])
}

/** A file is written unchecked if none of its checkers is installed. */
function checkers({ places, system }: Patient): readonly Diagnosis[] {
  if (places.root !== '/') return ok(`below ${places.root} nothing is checked`)
  const layers = searchList(places)
  const table = new CheckerTable(places)
  const owned = [...readManifest(places, system)]
  // A template may generate thousands of files: one of them is enough.
  const files = [...new Map(owned.map(([path, { template }]) => [template, path]))]
  return orOk(
    files.flatMap(([template, path]): Diagnosis[] => {
      const validate = readMetadata(findTemplate(layers, template)?.metadata ?? []).validate
      const programs = table.commandsFor(path, validate).map(command => table.programOf(command))
      if (programs.length === 0 || programs.some(program => isInstalled(program, system.env))) return []
      const message = `${path} is written unchecked: ${programs.join(', ')} not installed`
      return [{ level: 'warning', message, command: `apt-get install ${programs[0]}` }]
    }),
    'every file with a checker is checked',
  )
}

function isInstalled(program: string, env: NodeJS.ProcessEnv): boolean {
  if (program.startsWith('/')) return isExecutable(program)
  const folders = `${env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(':')
  return folders.some(folder => folder !== '' && isExecutable(join(folder, program)))
}
