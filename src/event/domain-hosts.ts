import { Failure } from '../base/failure.ts'
import { changeDatabase } from '../db/change.ts'
import type { Draft } from '../db/draft.ts'
import { initializeDatabases } from '../db/initialize.ts'
import type { Records } from '../db/record.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { LoadDatabase } from '../template/databases.ts'
import type { ActionRun } from './action.ts'

/** Every domain gets these hosts, and one with the server's own name. */
const HOSTS = ['ftp', 'mail', 'proxy', 'wpad', 'www']

/** `create-primary-domain`: creates the record and the hosts of the primary domain. Existing ones are kept. */
export function createPrimaryDomain(run: ActionRun): Promise<void> {
  const { places } = run.context
  const domain = databaseLoader(run.context)('configuration').get('DomainName')?.type ?? ''
  const stored = spelled(read(run, 'domains').keys(), domain)
  if (stored === undefined) {
    change(run, 'domains', draft => draft.set(checked(domain), 'domain', { Content: 'Primary' }))
    run.records('create', 'domains', [domain])
    createHosts(run, domain)
    // The defaults of their other properties are needed now, not only at the next event.
    initializeDatabases(places)
    return Promise.resolve()
  }
  const type = read(run, 'domains').get(stored)?.type
  if (type !== 'domain') run.say(`${stored} is of type ${type} in domains, not domain`)
  return Promise.resolve()
}

/** `domain-create DOMAIN`: creates the standard host names of a new domain. Existing ones are kept. */
export function createDomainHosts(run: ActionRun): Promise<void> {
  const domain = domainOf(run)
  if (read(run, 'domains').get(domain)?.type !== 'domain')
    throw new Failure(`there is no domain ${domain}; first: db domains set ${domain} domain Content Primary`)
  createHosts(run, domain)
  return Promise.resolve()
}

/** `domain-delete DOMAIN`, after its record is deleted (or has another type): deletes its hosts. */
export function deleteDomainHosts(run: ActionRun): Promise<void> {
  const domain = domainOf(run)
  if (databaseLoader(run.context)('configuration').get('DomainName')?.type === domain)
    throw new Failure(`${domain} is the primary domain; it stays`)
  const domains = read(run, 'domains')
  if (domains.get(domain)?.type === 'domain')
    throw new Failure(`${domain} is still a domain; first: db domains delete ${domain}`)
  // HOST.DOMAIN, where HOST is one label. A name that is also a domain is kept.
  const isOurs = (name: string) =>
    name.slice(name.indexOf('.')) === `.${domain}` && domains.get(name)?.type !== 'domain'
  const gone = [...read(run, 'hosts').keys()].filter(isOurs)
  if (gone.length === 0) return Promise.resolve()
  change(run, 'hosts', draft => {
    for (const name of gone) draft.delete(name)
  })
  run.records('delete', 'hosts', gone)
  return Promise.resolve()
}

/** What to say of domains that nothing has given hosts, such as `console-save`: no other name of them is served. */
export function domainsWithoutHosts(load: LoadDatabase): string[] {
  const names = [...load('hosts').keys(), ...load('proxies').keys()]
  const named = new Set(names.map(name => name.slice(name.indexOf('.') + 1).toLowerCase()))
  return [...load('domains').values()].flatMap(({ key, type }) =>
    type !== 'domain' || isAddress(key) || named.has(key.toLowerCase())
      ? []
      : `domains ${key} has no hosts, so no name such as www.${key} is served: signal-event domain-create ${key}`,
  )
}

/** What ends in a number is an IPv4 address, perhaps a wrong one: it has no names below it (RFC 1123, 2.1). */
function isAddress(domain: string): boolean {
  return /(^|\.)\d+$/.test(domain)
}

function createHosts(run: ActionRun, domain: string): void {
  if (isAddress(domain)) {
    run.say(`${domain} is an address: there are no names below it, so it gets no hosts`)
    return
  }
  const system = databaseLoader(run.context)('configuration').get('SystemName')?.type ?? ''
  if (!/^[A-Za-z0-9-]+$/.test(system)) throw new Failure(`SystemName is not a host name: ${JSON.stringify(system)}`)
  const known = [...read(run, 'hosts').keys()]
  const names = [...new Set([system, ...HOSTS])].map(host => `${host}.${domain}`)
  const missing = names.filter(name => spelled(known, name) === undefined)
  if (missing.length === 0) return
  change(run, 'hosts', draft => {
    for (const name of missing) draft.set(name, 'host', { HostType: 'Self', letsencryptSSLcert: 'disabled' })
  })
  run.records('create', 'hosts', missing)
}

/** The key that is the same host name, perhaps in another spelling. */
function spelled(keys: Iterable<string>, name: string): string | undefined {
  return [...keys].find(key => key.toLowerCase() === name.toLowerCase())
}

function domainOf({ context }: ActionRun): string {
  const { name, args } = context.event
  const [domain = ''] = args
  if (domain === '') throw new Failure(`which domain? signal-event ${name} DOMAIN`)
  return checked(domain)
}

function checked(domain: string): string {
  if (/^(?![-.])(?!.*\.\.)[A-Za-z0-9.-]+(?<!\.)$/.test(domain)) return domain
  throw new Failure(`not a domain name: ${JSON.stringify(domain)}`)
}

function read({ context }: ActionRun, database: string): Records {
  return databaseLoader(context)(database)
}

function change({ context }: ActionRun, database: string, how: (draft: Draft) => void): void {
  changeDatabase(context.places, database, { command: context.event.name }, how)
}
