import type { Records } from '../db/record.ts'
import { splitList } from './text.ts'

/** Who answers for the public names, on this machine. */
export interface Front {
  readonly http: number
  /** Undefined: nobody answers over HTTPS. */
  readonly https: number | undefined
  /** Why no proxy can answer. */
  readonly problem: string | undefined
}

/** Who stands in front, by the configuration: the same decision as in the templates. */
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
