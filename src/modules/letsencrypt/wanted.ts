import { makeRecord, type Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { type Context, makeContext } from '../../plan/context.ts'
import { expandAll } from '../../plan/expand.ts'
import type { WantedCertificate, World } from './world.ts'

/**
 * The certificates that the databases request: what the template of domains.txt generates, including the site's own fragments,
 * whether or not certificates are enabled yet.
 * @param replaced databases (not configuration) to use instead of those on disk, to see the effect of a change
 * @throws Failure if the template cannot be expanded
 */
export function wantedCertificates(
  { places, system }: Pick<World, 'places' | 'system'>,
  warn: (message: string) => void,
  replaced: ReadonlyMap<string, Records> = new Map(),
): WantedCertificate[] {
  const records = recordsOf(places, 'configuration')
  const context: Context = {
    ...makeContext(places, system, warn),
    replaced: new Map([...replaced, ['configuration', switchedOn(records)]]),
  }
  return expandAll(context, ['/etc/dehydrated/domains.txt']).flatMap(output => parseDomainsTxt(output.content ?? ''))
}

function switchedOn(records: Records): Records {
  const letsencrypt = records.get('letsencrypt')
  if (letsencrypt === undefined || letsencrypt.properties.get('status') === 'enabled') return records
  const properties = new Map(letsencrypt.properties).set('status', 'test')
  return new Map(records).set('letsencrypt', makeRecord(letsencrypt.key, letsencrypt.type, properties))
}

/** Reads domains.txt as dehydrated does: one certificate per line, with its names and, after `>`, the name of its folder. */
export function parseDomainsTxt(text: string): WantedCertificate[] {
  return text.split('\n').flatMap(line => {
    const [names = '', alias = ''] = line.trim().toLowerCase().split('>')
    const words = [...new Set(names.split(/\s+/).filter(Boolean))]
    const [first] = words
    if (first === undefined || first.startsWith('#')) return []
    return [{ name: alias.trim() || first, names: words }]
  })
}

/** The longest of these domains that the name equals or ends in. */
export function nearestDomain(domains: Pick<ReadonlyMap<string, unknown>, 'has'>, name: string): string | undefined {
  for (let domain = name; domain !== ''; domain = domain.slice(domain.indexOf('.') + 1 || domain.length))
    if (domains.has(domain)) return domain
  return undefined
}
