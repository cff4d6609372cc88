import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { thePackage } from './site.ts'

/** Of each kind that an import writes: records, an empty database, descriptions, templates, events, a key. */
const FILES: Readonly<Record<string, string>> = {
  '/home/e-smith/db/configuration': 'DomainName=example.org\nftp=service|Banner|hello|status|enabled\n',
  '/home/e-smith/db/sites': 'a=site|title|Old\nz=site|title|Last\n',
  '/home/e-smith/db/macs': '',
  '/etc/dehydrated/accounts/abc/account_key.pem': 'the key\n',
  '/etc/e-smith/templates/etc/ftp.conf/20Plain': 'plain yes\n',
  '/etc/e-smith/templates-custom/etc/ftp.conf/30Own': 'own yes\n',
  '/etc/e-smith/templates.metadata/etc/ftp.conf': 'PERMS=0640\n',
  '/etc/e-smith/db/configuration/defaults/ftp/Anonymous': 'no\n',
  '/etc/e-smith/events/ftp-update/templates2expand/etc/ftp.conf': '',
  '/etc/e-smith/events/ftp-update/services2adjust/ftp': 'reload\n',
}

/** A small SME Server. @returns its folder */
export function oldServerFolder(): string {
  const folder = join(thePackage().folder, 'old')
  for (const [path, text] of Object.entries(FILES)) outputFileSync(join(folder, path), text)
  return folder
}
