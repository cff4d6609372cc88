import { join } from 'node:path'
import { shell } from '../../base/quote.ts'
import { CheckerTable } from '../../commit/checkers.ts'
import { fragmentsToCopy } from '../../db/perl-fragments.ts'
import { readableDatabase } from '../../db/store.ts'
import { readManifest } from '../../state/manifest.ts'
import { databaseFile } from '../../system/places.ts'
import { runningOf } from '../../system/processes.ts'
import { entriesIn, isExecutable, statOf } from '../../system/read-files.ts'
import { chooseServiceManager } from '../../system/service/choose.ts'
import { readMetadata } from '../../template/metadata.ts'
import { findTemplate, searchList } from '../../template/tree.ts'
import { type Check, type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'

/** Checks of the server around gabarit. */
export const SERVER_CHECKS: readonly Check[] = [
  { id: 'service-manager', mend: 'config setprop gabarit ServiceManager auto', run: serviceManager },
  { id: 'site-folder', run: siteFolder },
  { id: 'checkers', run: checkers },
  { id: 'perl-fragments', run: perlFragments },
  { id: 'tunnel', run: tunnel },
]

function serviceManager({ places, system, configuration }: CheckedServer): readonly Diagnosis[] {
  if (places.root !== '/') return ok(`below ${places.root} there are no services`)
  const property = configuration.get('gabarit')?.properties.get('ServiceManager')
  const { name, idle } = chooseServiceManager(places.root, property, system.env)
  if (idle !== true || property === 'none') return ok(`services are adjusted by ${name}`)
  const message = 'no service manager was found, so no service reloads changed files'
  return [
    {
      level: 'warning',
      message,
      command: 'config setprop gabarit ServiceManager none  # if you reload services yourself',
    },
  ]
}

/** Fragments and actions run as root, so anybody who can write them is root. */
function siteFolder({ places }: CheckedServer): readonly Diagnosis[] {
  return orOk(
    [places.site, ...places.modules]
      .flatMap(folder => [folder, ...foldersBelow(folder)])
      .flatMap((folder): Diagnosis[] => {
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
function checkers({ places, system }: CheckedServer): readonly Diagnosis[] {
  if (places.root !== '/') return ok(`below ${places.root} nothing is checked`)
  const layers = searchList(places)
  const table = new CheckerTable(places)
  const owned = [...readManifest(places)]
  // A template may generate thousands of files: one of them is enough.
  const files = [...new Map(owned.map(([path, { template }]) => [template, path]))]
  return orOk(
    files.flatMap(([template, path]): Diagnosis[] => {
      const judging = readMetadata(findTemplate(layers, template)?.metadata ?? [])
      const programs = table.commandsFor(path, judging).map(command => table.programOf(command))
      if (programs.length === 0 || programs.some(program => isInstalled(program, system.env))) return []
      const message = `${path} is written unchecked: ${programs.join(', ')} not installed`
      return [{ level: 'warning', message, command: `apt-get install ${programs[0]}` }]
    }),
    'every file with a checker is checked',
  )
}

function perlFragments({ places }: CheckedServer): readonly Diagnosis[] {
  const command = 'mv /etc/e-smith/templates-custom /root  # once they are copied'
  const found = fragmentsToCopy(places).map((message): Diagnosis => ({ level: 'warning', message, command }))
  return orOk(found, 'no fragments of SME Server are left on this machine')
}

/** Programs that bring visitors from the Internet through this machine itself. */
const TUNNELS = ['cloudflared', 'ngrok', 'frpc', 'zrok', 'rathole', 'bore', 'inlets']

function tunnel({ places, configuration }: CheckedServer): readonly Diagnosis[] {
  const property = (key: string, name: string) => configuration.get(key)?.properties.get(name)
  const recordsIn = (name: string) => [...(readableDatabase(databaseFile(places, name))?.values() ?? [])]
  const isPrivate =
    [property('httpd', 'access'), property('modSSL', 'access')].includes('private') ||
    recordsIn('proxies').some(({ properties }) => properties.get('access') === 'private') ||
    recordsIn('accounts').some(({ properties }) => /^local|-remote$/.test(properties.get('PublicAccess') ?? ''))
  const isTold = [property('httpd', 'LocalTunnel'), property('nginx', 'LocalTunnel')].includes('yes')
  const client = isPrivate && !isTold ? runningOf(TUNNELS) : undefined
  if (client === undefined) return ok('no tunnel opens private sites')
  const message = `${client} runs on this machine: its visitors from the Internet count as local and see private sites`
  return [{ level: 'warning', message, command: 'config setprop httpd LocalTunnel yes; signal-event console-save' }]
}

function isInstalled(program: string, env: NodeJS.ProcessEnv): boolean {
  if (program.startsWith('/')) return isExecutable(program)
  const folders = `${env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(':')
  return folders.some(folder => folder !== '' && isExecutable(join(folder, program)))
}
