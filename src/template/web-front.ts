import type { Records } from '../db/record.ts'
import type { ServicePort } from './services.ts'
import { isOn, splitList } from './text.ts'

/** Which web server answers for the public names on this machine. */
export interface Front {
  readonly http: number
  /** Undefined if nothing answers over HTTPS. */
  readonly https: number | undefined
  /** Why no proxied site can be reached. */
  readonly problem: string | undefined
}

/** Which web server is in front, according to the configuration: the same decision as in the templates. */
export function frontOf(configuration: Records): Front {
  const { property, nginx, isHttpdFront } = webIn(configuration)
  const problem = nginx
    ? undefined
    : 'nginx is disabled: config setprop nginx status enabled, signal-event nginx-update'
  if (isHttpdFront) {
    const [http, https] = [property('httpd', 'TCPPort'), property('modSSL', 'TCPPort')]
    const plain = property('modSSL', 'status') === 'disabled'
    return { http: Number(http ?? 80), https: plain ? undefined : Number(https ?? 443), problem }
  }
  const [http = '80', https = '443'] = splitList(property('nginx', 'TCPPorts'))
  return { http: Number(http), https: Number(https), problem }
}

/** The ports on which a web server listens: in front or behind the other one, and those of streams. Undefined for other services. */
export function webPorts(key: string, configuration: Records, proxies: Records): ServicePort[] | undefined {
  if (key !== 'httpd' && key !== 'nginx') return undefined
  const { property, httpd, nginx, isHttpdFront } = webIn(configuration)
  const tcp = (ports: string | undefined) => splitList(ports).map((port): ServicePort => ['tcp', port])
  const isBehind = httpd && nginx && isHttpdFront !== (key === 'httpd')
  if (key === 'nginx')
    return [...tcp(property('nginx', isBehind ? 'BehindPorts' : 'TCPPorts')), ...streamPorts(proxies)]
  if (isBehind) return tcp(property('httpd', 'BehindPorts'))
  const https = property('modSSL', 'status') === 'disabled' ? [] : tcp(property('modSSL', 'TCPPort'))
  return [...tcp(property('httpd', 'TCPPort')), ...https]
}

/** The ports of records of type stream, which nginx passes on, wherever it is. */
function streamPorts(proxies: Records): ServicePort[] {
  return [...proxies.values()].flatMap(({ type, properties }) => {
    const port = properties.get('Port') ?? ''
    if (type !== 'stream' || port === '' || !isOn(properties.get('status') ?? 'enabled')) return []
    const protocol = properties.get('Protocol') ?? 'tcp'
    return (['tcp', 'udp'] as const)
      .filter(one => [one, 'both'].includes(protocol))
      .map((one): ServicePort => [one, port])
  })
}

function webIn(configuration: Records) {
  const property = (key: string, name: string) => configuration.get(key)?.properties.get(name)
  const [httpd, nginx] = [property('httpd', 'status') === 'enabled', property('nginx', 'status') === 'enabled']
  const isHttpdFront = httpd && (!nginx || configuration.get('WebFrontend')?.type !== 'nginx')
  return { property, httpd, nginx, isHttpdFront }
}
