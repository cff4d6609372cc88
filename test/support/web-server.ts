import { writeFileSync } from 'node:fs'
import type { Daemons } from './daemons.ts'
import { ask } from './http.ts'
import { addS6Service, startS6 } from './s6.ts'
import { must, words } from './sandbox.ts'
import { waitFor } from './wait.ts'

/**
 * Starts s6 and, by the first event, Apache with the site of example.org, and waits until it answers.
 * @param scan folder of the services of s6
 * @param page what the site shows
 */
export async function startWebServer(daemons: Daemons, scan: string, page: string): Promise<void> {
  await startS6(daemons, scan)
  addS6Service(scan, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    must(words(line))
  writeFileSync('/srv/ibays/Primary/html/index.html', page)
  await waitFor('Apache', () => ask('http://127.0.0.1/').body === page)
}
