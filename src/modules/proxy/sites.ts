import type { DbRecord, Records } from '../../db/record.ts'
import { splitList } from '../../template/text.ts'

/** A backend of a proxy. */
export interface Upstream {
  /** `http://10.0.0.5:32400`, with the path to request. */
  readonly url: string
  /** The path of the public name that is passed to it. */
  readonly path: string
  /** `weight=2`, `backup`, or empty. */
  readonly options: string
  /** The host name that nginx requests, and the one in the TLS handshake, for a backend over HTTPS. */
  readonly host: string
  readonly servername: string
}

/** A proxy or a stream as described by its record. */
export interface Site {
  readonly name: string
  /** All its names that can be requested: without wildcards. */
  readonly names: readonly string[]
  /** Whether its names can be requested. */
  readonly enabled: boolean
  readonly https: boolean
  readonly upstreams: readonly Upstream[]
  /** Files of names and passwords, of the name and its paths. */
  readonly passwords: readonly string[]
}

/** All proxies and streams, in byte order of their names. */
export function sitesOf(records: Records): Site[] {
  return [...records.values()]
    .filter(({ type }) => type === 'proxy' || type === 'stream')
    .map(record => {
      if (record.type === 'stream') return streamOf(record)
      const locations = splitList(record.properties.get('Locations'), ',').flatMap(key => records.get(key) ?? [])
      const { key: name, properties } = record
      const upstreams = [
        ...upstreamsOf(record, '/', name),
        ...locations.flatMap(location => upstreamsOf(location, location.properties.get('Path') ?? '/', name)),
      ]
      const aliases = splitList(properties.get('Aliases'), ',').filter(alias => !alias.startsWith('*'))
      const names = [...new Set([name, ...aliases].map(name => name.toLowerCase()))]
      const enabled = properties.get('status') !== 'disabled'
      const passwords = [record, ...locations].map(place => place.properties.get('BasicAuthFile') ?? '').filter(Boolean)
      return { name, names, enabled, https: properties.get('Certificate') !== 'none', upstreams, passwords }
    })
}

/** Of a stream only the servers behind it can be reached; of those for UDP not even that. */
function streamOf({ key: name, properties }: DbRecord): Site {
  const servers = properties.get('Protocol') === 'udp' ? [] : splitList(properties.get('Upstreams'), ',')
  const upstreams = servers.map(text => {
    const [address = '', ...options] = text.split(/\s+/)
    return { url: `tcp://${address}`, path: '/', options: options.join(' '), host: name, servername: name }
  })
  return { name, names: [name.toLowerCase()], enabled: false, https: false, upstreams, passwords: [] }
}

function upstreamsOf({ properties }: DbRecord, path: string, name: string): Upstream[] {
  // Like nginx: UpstreamPath replaces the path, otherwise it is passed on; the handshake uses the first backend.
  const asked = properties.get('UpstreamPath') || path
  const ownHost = properties.get('UpstreamHost') || undefined
  // A socket has no address to ask.
  const listed = splitList(properties.get('Upstreams'), ',').filter(text => !/^(https?:\/\/unix|grpcs?):/.test(text))
  const servers = listed.map(text => text.split(/\s+/))
  const first = /^https?:\/\/(\[.*\]|[^:/]*)/.exec(servers[0]?.[0] ?? '')?.[1] ?? ''
  return servers.map(([server = '', ...options]) => ({
    url: `${server.replace(/\/+$/, '')}${asked}`,
    path,
    options: options.join(' '),
    host: ownHost ?? name,
    servername: (ownHost ?? first).replace(/^\[|\]$|:\d+$/g, ''),
  }))
}
