import { Sandbox } from '../support/sandbox.ts'

/** Records of one database: type and properties by key. */
type Records = Readonly<Record<string, readonly [type: string, properties?: Readonly<Record<string, string>>]>>

/** A sandbox whose databases are written as files, so that they can hold what no command would let through. */
export class Server extends Sandbox {
  /** Writes databases and completes them with their defaults. */
  constructor(databases: Readonly<Record<string, Records>> = {}) {
    super()
    for (const [name, records] of Object.entries(databases)) this.#write(name, records)
    this.must('gabarit initialize-default-databases')
  }

  /** Creates files that only have to be there. */
  touch(...paths: readonly string[]): void {
    for (const path of paths) this.write(path, '')
  }

  /** What a template makes of whatever the databases hold, without writing it. */
  expand(template: string): string {
    return this.must(['expand-template', '--stdout', template], { env: { GABARIT_VALIDATE: 'off' } })
  }

  /** The same without the banner, comments and empty lines, each line trimmed. */
  lines(template: string): string[] {
    const lines = this.expand(template).split('\n')
    return lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#'))
  }

  /** The lines inside of the virtual host of a name and port, trimmed. */
  site(name: string, port: number): string[] {
    const hosts = this.expand(HTTPD).split(`<VirtualHost *:${port}>\n`).slice(1)
    const lines = hosts.map(text => (text.split('</VirtualHost>')[0] ?? '').split('\n').map(line => line.trim()))
    return lines.find(site => site.includes(`ServerName ${name}`)) ?? []
  }

  #write(name: string, records: Records): void {
    const stored = Object.entries(records).map(([key, [type, properties = {}]]) => [key, { type, properties }])
    this.write(`/var/lib/gabarit/db/${name}.json`, JSON.stringify(Object.fromEntries(stored)))
  }
}

export const HTTPD = '/etc/httpd/conf/httpd.conf'

/** A domain's record. */
export function domain(
  properties: Readonly<Record<string, string>> = {},
): ['domain', Readonly<Record<string, string>>] {
  return ['domain', { Content: 'Primary', ...properties }]
}

/** A host's record. */
export function host(properties: Readonly<Record<string, string>> = {}): ['host', Readonly<Record<string, string>>] {
  return ['host', { HostType: 'Self', ...properties }]
}

/** A server called `mine` with the primary domain example.org; further configuration records replace these. */
export function configuration(records: Records = {}): Records {
  return { DomainName: ['example.org'], SystemName: ['mine'], ...records }
}
