import type { Records } from '../db/record.ts'
import { splitList } from './text.ts'

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
  const property = (key: string, name: string) => configuration.get(key)?.properties.get(name)
  const [httpd, nginx] = [property('httpd', 'status') === 'enabled', property('nginx', 'status') === 'enabled']
  const problem = nginx
    ? undefined
    : 'nginx is disabled: config setprop nginx status enabled, signal-event nginx-update'
  if (httpd && (!nginx || configuration.get('WebFrontend')?.type !== 'nginx')) {
    const [http, https] = [property('httpd', 'TCPPort'), property('modSSL', 'TCPPort')]
    const plain = property('modSSL', 'status') === 'disabled'
    return { http: Number(http ?? 80), https: plain ? undefined : Number(https ?? 443), problem }
  }
  const [http = '80', https = '443'] = splitList(property('nginx', 'TCPPorts'))
  return { http: Number(http), https: Number(https), problem }
}
