import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { recordsOf } from '../../db/store.ts'
import type { Invocation } from '../../terminal/command.ts'
import { linesOf, printLogs } from '../../terminal/site-logs.ts'
import { sitesOf } from './sites.ts'

/** `gabarit proxy log NAME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [name = ''] = args
  const records = recordsOf(places, 'proxies')
  const sites = sitesOf(records)
  const site = sites.find(({ names }) => names.includes(name.toLowerCase()))
  if (site === undefined) {
    const names = sites.flatMap(({ names }) => names)
    throw new Failure(`there is no proxy ${name}${didYouMean(name, names)}`, { hint: 'To list them: db proxies show' })
  }
  const folder = recordsOf(places, 'configuration').get('nginx')?.properties.get('LogDir') ?? '/var/log/nginx'
  if (records.get(site.name)?.properties.get('OwnLogs') !== 'enabled')
    return printLogs(invocation, [{ file: `${folder}/access.log`, isAbout: linesOf(site.names) }])
  return printLogs(
    invocation,
    ['access', 'error'].map(kind => ({ file: `${folder}/${site.name}.${kind}.log` })),
  )
}
