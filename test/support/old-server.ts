import { symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { ensureDirSync } from 'fs-extra/esm'
import type { Sandbox } from './sandbox.ts'

/** Where an old server is in a sandbox. */
export const OLD = '/mnt/old'

/** Writes files of an old server by their paths there. */
export function oldFiles(box: Sandbox, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) box.write(`${OLD}${path}`, text)
}

/** Makes a file of an old server a program. @returns its real path */
export function oldProgram(box: Sandbox, path: string, text: string): string {
  return box.write(`${OLD}${path}`, text, 0o755)
}

/** Makes a link of an old server. */
export function oldLink(box: Sandbox, path: string, target: string): void {
  const link = box.path(`${OLD}${path}`)
  ensureDirSync(dirname(link))
  symlinkSync(target, link)
}

/** A small SME Server with a service of its own: in Perl and plain, with defaults, forced values and a migration. */
export const SMALL: Readonly<Record<string, string>> = {
  '/home/e-smith/db/configuration': [
    'DomainName=example.org',
    'SystemName=server',
    'LocalIP=192.168.1.1',
    'ftp=service|Banner|hello|TCPPort|21|access|private|status|enabled',
    'httpd-e-smith=service|TCPPort|80|access|private|status|enabled',
    '',
  ].join('\n'),
  '/home/e-smith/db/accounts':
    'Primary=ibay|Name|Primary|PublicAccess|global\nshop=ibay|Name|Shop|PublicAccess|local\n',
  '/home/e-smith/db/domains': 'example.org=domain|Content|Primary\nshop.org=domain|Content|shop\n',
  '/home/e-smith/db/networks': '192.168.1.0=network|Mask|255.255.255.0|Router|default\n',
  '/home/e-smith/db/macs': '',
  '/etc/e-smith/templates/etc/ftp.conf/20Plain': 'plain yes\n',
  '/etc/e-smith/templates-custom/etc/ftp.conf/10Banner': 'banner { $ftp{Banner} || "none" }\n; gone\n',
  '/etc/e-smith/templates-custom/etc/hosts/60Own': '{ $OUT .= "# own $SystemName\\n"; }\n',
  '/etc/e-smith/templates.metadata/etc/ftp.conf':
    'PERMS=0640\nUID="root"\nGID="root"\nFILTER=sub { $_[0] =~ /^;/ ? "" : $_[0] }\nMORE_DATA={ x => 1 }\n',
  '/etc/e-smith/db/configuration/defaults/ftp/type': 'service\n',
  '/etc/e-smith/db/configuration/defaults/ftp/Anonymous': 'no\n',
  '/etc/e-smith/db/configuration/defaults/MinUid/type': '1000\n',
  '/etc/e-smith/db/configuration/force/ftp/Marker': 'on\n',
  '/etc/e-smith/db/configuration/migrate/banner.ns7':
    '{ use esmith::ConfigDB; my $b = $DB->get_prop("ftp","Banner") || ""; $DB->set_prop("ftp","Banner","hi") if $b eq "hello"; "" }\n',
  '/etc/e-smith/events/ftp-update/templates2expand/etc/ftp.conf': '',
}
