import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { recordsOf } from '../../db/store.ts'
import { below } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import type { Invocation } from '../../terminal/command.ts'
import { sitesOf } from './sites.ts'

/** How many lines of a log are shown, and how many bytes of its end are searched for them. */
const LINES = 200
const BYTES = 4 << 20

/** A log of nginx, and the last lines in it about a site. */
interface SiteLog {
  readonly file: string
  readonly lines: readonly string[]
}

/** `gabarit proxy log NAME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places, answer } = invocation
  const [name = ''] = args
  const records = recordsOf(places, 'proxies')
  const sites = sitesOf(records)
  const site = sites.find(({ names }) => names.includes(name.toLowerCase()))
  if (site === undefined) {
    const names = sites.flatMap(({ names }) => names)
    throw new Failure(`there is no proxy ${name}${didYouMean(name, names)}`, { hint: 'To list them: db proxies show' })
  }
  const folder = recordsOf(places, 'configuration').get('nginx')?.properties.get('LogDir') ?? '/var/log/nginx'
  const ownLogs = records.get(site.name)?.properties.get('OwnLogs') === 'enabled'
  const files = ownLogs
    ? ['access', 'error'].map(kind => `${folder}/${site.name}.${kind}.log`)
    : [`${folder}/access.log`]
  // The first word of each line is the name that was requested.
  const isAbout = (line: string) => ownLogs || site.names.includes(line.split(' ', 1)[0]?.toLowerCase() ?? '')
  const logs = await Promise.all(files.map(file => readLog(invocation, file, isAbout)))
  return answer(logs, logs.map(asText).join('\n\n'))
}

async function readLog({ places, system }: Invocation, file: string, isAbout: (line: string) => boolean) {
  const path = below(places, file)
  if (!exists(path)) return { file, lines: [] }
  const { stdout } = await system.ask(['tail', '-c', String(BYTES), '--', path], { timeout: 30_000 })
  return { file, lines: stdout.split('\n').filter(Boolean).filter(isAbout).slice(-LINES) }
}

function asText({ file, lines }: SiteLog): string {
  return [`${file}:`, ...(lines.length === 0 ? ['nothing about it'] : lines)].join('\n')
}
