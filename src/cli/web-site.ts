import type { Site } from '../console/access/passkeys.ts'
import type { Records } from '../db/record.ts'
import { recordsOf } from '../db/store.ts'
import type { Places } from '../system/places.ts'
import { frontOf } from '../template/web-front.ts'

/** The own port of the console; undefined if it has none. */
export function consolePort(records: Records): number | undefined {
  const port = records.get('console-port')?.properties
  return port?.get('status') === 'enabled' ? Number(port.get('TCPPort')) : undefined
}

/** The site of the console: that of the primary domain, in lower case as browsers name it. */
export function consoleSite(places: Places): Site {
  const records = recordsOf(places, 'configuration')
  const domain = records.get('DomainName')?.type.toLowerCase() ?? 'localhost'
  const { https = 443 } = frontOf(records)
  const admin = records.get('httpd-admin')?.properties
  const sso = admin?.get('Login') === 'sso' && records.get('sso')?.properties.get('status') === 'enabled'
  return { sso, origin: `https://${domain}${https === 443 ? '' : `:${https}`}`, domain }
}
