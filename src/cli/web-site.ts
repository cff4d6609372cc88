import type { Site } from '../console/access/passkeys.ts'
import { recordsOf } from '../db/store.ts'
import type { Places } from '../system/places.ts'
import { frontOf } from '../template/web-front.ts'

/** The site of the console: that of the primary domain, in lower case as browsers name it. */
export function consoleSite(places: Places): Site {
  const records = recordsOf(places, 'configuration')
  const domain = records.get('DomainName')?.type.toLowerCase() ?? 'localhost'
  const { https = 443 } = frontOf(records)
  const admin = records.get('httpd-admin')?.properties
  const sso = admin?.get('Login') === 'sso' && records.get('sso')?.properties.get('status') === 'enabled'
  return { sso, origin: `https://${domain}${https === 443 ? '' : `:${https}`}`, domain }
}
