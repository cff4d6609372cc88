import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Daemons } from './daemons.ts'
import { type Authority, makePebbleCertificate, startAuthority, startDns } from './pebble.ts'
import { addS6Service, startS6 } from './s6.ts'
import { BIN, must, type Outcome, run, words } from './sandbox.ts'

/** What the tests of certificates need. */
export const ACME_DAEMONS: readonly string[] = [
  ...['apache2', 'dehydrated', 'pebble', 'pebble-challtestsrv', 's6-svscan', 'curl', 'openssl', 'hexdump'],
]

/** How an authority is to be. */
export interface AuthorityKind {
  /** Lifetime of its certificates in seconds. */
  readonly lifetime?: number
  /** Percent of the requests that it refuses for their nonce. */
  readonly nonceReject?: number
}

const PORTS = { test: [14000, 15000], production: [14100, 15100] } as const

/** The folder of the certificates of the production authority, as gabarit keeps them. */
export const PRODUCTION = '/var/lib/gabarit/letsencrypt/127.0.0.1_14100'

/** The ids in the history of a certificate of the production authority, the oldest first. */
export function certificateIds(name: string): string[] {
  const ids = readdirSync(`${PRODUCTION}/certificates/${name}`).filter(id => /^\d+$/.test(id))
  return ids.sort((a, b) => Number(a) - Number(b))
}

/**
 * A server with Apache below s6, a DNS and two authorities, inside of the private namespace of a test file. Only
 * dehydrated's naps are shortened.
 */
export class AcmeServer {
  readonly daemons = new Daemons()
  readonly folder = mkdtempSync(join(tmpdir(), 'gabarit-acme-'))
  readonly scan = '/run/service'

  /** Starts the DNS and the service manager. */
  async start(): Promise<void> {
    makePebbleCertificate(this.folder)
    rmSync('/etc/resolv.conf', { force: true })
    writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
    await startDns(this.daemons, '127.0.0.1:53')
    await startS6(this.daemons, this.scan)
    addS6Service(this.scan, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
    mkdirSync(join(this.folder, 'bin'))
    writeFileSync(join(this.folder, 'bin/sleep'), '#!/bin/sh\nexec /bin/sleep 0.05\n', { mode: 0o755 })
  }

  /** Starts one of the two authorities, with a new issuer. */
  authority(name: 'test' | 'production', kind: AuthorityKind = {}): Promise<Authority> {
    const [port, managementPort] = PORTS[name]
    const options = { port, managementPort, httpPort: 80, dns: '127.0.0.1:53', ...kind }
    return startAuthority(this.daemons, this.folder, name, options)
  }

  /** Settings that lead to the two authorities, and keys that are made quickly. */
  settle(): void {
    const [test, production] = [PORTS.test[0], PORTS.production[0]].map(port => `https://127.0.0.1:${port}/dir`)
    const authorities = `TestCA ${test} ProductionCA ${production} CABundle ${join(this.folder, 'pebble.crt')}`
    this.type(`config setprop letsencrypt ${authorities} keyAlgorithm prime256v1 keysize 2048 DNSServer 127.0.0.1`)
  }

  /** Types a line of the manual. */
  type(line: string, input = ''): string {
    return must(words(line), { env: this.env(), input, timeoutSeconds: 120 })
  }

  /** Runs a verb of `gabarit letsencrypt`. */
  letsencrypt(line: string): Outcome {
    return run(['gabarit', 'letsencrypt', ...words(line)], { env: this.env(), timeoutSeconds: 240 })
  }

  env(): Record<string, string> {
    return { PATH: `${join(this.folder, 'bin')}:${BIN}:${process.env.PATH}`, GABARIT_LOCK_WAIT: '60' }
  }

  async stop(): Promise<void> {
    await this.daemons.stopAll()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
