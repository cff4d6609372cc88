import type { DbRecord, Records } from '../db/record.ts'
import { splitList } from '../template/text.ts'

/** A server behind a proxy. */
export interface Upstream {
  /** `http://10.0.0.5:32400`, with the path it is asked for. */
  readonly url: string
  /** The path of the public name that leads to it. */
  readonly path: string
  /** `weight=2`, `backup`, or empty. */
  readonly options: string
}

/** A proxy as its record says it is. */
export interface Site {
  readonly name: string
  readonly enabled: boolean
  readonly https: boolean
  readonly upstreams: readonly Upstream[]
}

/** Who answers for the public names, on this machine. */
export interface Front {
  readonly service: 'httpd' | 'nginx'
  readonly http: number
  readonly https: number
}

/** All proxies, in byte order of their names. */
export function sitesOf(records: Records): Site[] {
  return [...records.values()]
    .filter(({ type }) => type === 'proxy')
    .map(record => {
      const locations = splitList(record.properties.get('Locations'), ',').flatMap(key => records.get(key) ?? [])
      const upstreams = [
        ...upstreamsOf(record, '/'),
        ...locations.flatMap(location => upstreamsOf(location, location.properties.get('Path') ?? '/')),
      ]
      const { properties } = record
      const enabled = properties.get('status') !== 'disabled'
      return { name: record.key, enabled, https: properties.get('Certificate') !== 'none', upstreams }
    })
}

function upstreamsOf({ properties }: DbRecord, path: string): Upstream[] {
  // As nginx asks: with UpstreamPath the path is replaced, without it it is handed on.
  const asked = properties.get('UpstreamPath') || path
  return splitList(properties.get('Upstreams'), ',').map(text => {
    const [server = '', ...options] = text.split(/\s+/)
    return { url: `${server.replace(/\/+$/, '')}${asked}`, path, options: options.join(' ') }
  })
}

/** Who stands in front, by the configuration: the same decision as in the templates. */
export function frontOf(configuration: Records): Front {
  const property = (key: string, name: string) => configuration.get(key)?.properties.get(name)
  const both = property('httpd', 'status') === 'enabled' && property('nginx', 'status') === 'enabled'
  const nginx = both ? configuration.get('WebFrontend')?.type === 'nginx' : property('nginx', 'status') === 'enabled'
  if (!nginx) {
    const [http, https] = [property('httpd', 'TCPPort'), property('modSSL', 'TCPPort')]
    return { service: 'httpd', http: Number(http ?? 80), https: Number(https ?? 443) }
  }
  const [http = '80', https = '443'] = splitList(property('nginx', 'TCPPorts'))
  return { service: 'nginx', http: Number(http), https: Number(https) }
}
