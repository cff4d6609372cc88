import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import type { Invocation } from '../../terminal/command.ts'
import { linesOf, printLogs } from '../../terminal/site-logs.ts'

/** `gabarit site log NAME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [name = ''] = args
  const domains = recordsOf(places, 'domains')
  const site = siteOf(domains, name)
  const domain = site === undefined ? undefined : domains.get(site)
  if (domain === undefined)
    throw new Failure(`there is no domain for ${name}${didYouMean(name, [...domains.keys()])}`, {
      hint: 'To list them: db domains show',
    })
  const { key, properties } = domain
  const configuration = recordsOf(places, 'configuration')
  const folderOf = (service: string, usual: string) => configuration.get(service)?.properties.get('LogDir') ?? usual
  const httpd = folderOf('httpd', '/var/log/apache2')
  const nginx = {
    file: `${folderOf('nginx', '/var/log/nginx')}/access.log`,
    isAbout: linesOf(namesOf(recordsOf(places, 'hosts'), domains, key)),
  }
  const own = ['access', 'error'].map(kind => ({ file: `${httpd}/${key}-${kind}_log` }))
  const isOwn = properties.get('OwnLogs') === 'enabled'
  // httpd writes the domain, whichever of its names was asked for; nginx, if it is in front, the name.
  const shared = [{ file: `${httpd}/access_log`, isAbout: linesOf([key.toLowerCase()]) }]
  const inFront = configuration.get('nginx')?.properties.get('status') === 'enabled'
  return printLogs(invocation, [...(isOwn ? own : shared), ...(inFront ? [nginx] : [])])
}

/** The names of the site of a domain: its own, and those of its hosts. */
function namesOf(hosts: Records, domains: Records, domain: string): string[] {
  return [domain, ...hosts.keys()].filter(name => siteOf(domains, name) === domain).map(name => name.toLowerCase())
}

/** The domain whose site answers for a name: the longest one that the name is, or ends in. */
function siteOf(domains: Records, name: string): string | undefined {
  const known = [...domains.values()].flatMap(({ type, key }) => (type === 'domain' ? [key] : []))
  const asked = `.${name.toLowerCase()}`
  const fitting = known.filter(key => asked.endsWith(`.${key.toLowerCase()}`))
  return fitting.sort((one, other) => other.length - one.length)[0]
}
