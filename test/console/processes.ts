import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemons } from '../support/daemons.ts'
import { addS6Service } from '../support/s6.ts'
import { BIN, must, words } from '../support/sandbox.ts'

/** Where the web server in front reaches the console. */
export const SOCKET = '/run/gabarit-web/http.sock'

export const HELPER = '/run/gabarit/helper.sock'
/** The certificate of the machine while it has no other, with its key. */
const SELF_SIGNED = '/var/lib/gabarit/ssl/self-signed.pem'
const GABARIT = join(BIN, 'gabarit')
const AS_WEB = ['setpriv', '--reuid', 'gabarit-web', '--regid', 'gabarit-web', '--clear-groups']

/** The own port of the console as a service of s6, as a user that can do nothing else; the key is given to it. */
export function addOwnPort(scan: string, port: number, networks: string): void {
  const asNobody = 'setpriv --reuid nobody --regid nogroup --groups www-data'
  const start = `${GABARIT} web port --port ${port} --networks ${networks} --pages ${SOCKET}`
  addS6Service(scan, 'gabarit-console-port', `#!/bin/sh\nexec ${asNobody} ${start} < ${SELF_SIGNED}\n`)
}

/** Starts the console of `/` as its units do, each part as its own user; the event has made them. */
export async function startConsole(daemons: Daemons): Promise<void> {
  must(words('install -d /run/gabarit'))
  // The unit of the pages hides these.
  for (const folder of ['/etc/gabarit', '/var/lib/gabarit']) must(['install', '-d', '-m', '700', folder])
  must(words('install -d -o gabarit-web -g www-data -m 2750 /run/gabarit-web'))
  const helper = [GABARIT, 'web', 'helper', '--socket', HELPER, '--user', 'gabarit-web', '--stay']
  await daemons.start('helper', helper, () => existsSync(HELPER))
  const web = ['sh', '-c', 'umask 007; exec "$@"', 'sh', GABARIT, 'web', 'serve', '--helper', HELPER]
  await daemons.start('web', [...AS_WEB, ...web, '--socket', SOCKET], () => existsSync(SOCKET))
}
