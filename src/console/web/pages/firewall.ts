import type { Hono } from 'hono'
import { html } from 'hono/html'
import { databaseAddress, recordAddress } from '../base.ts'
import type { RecordData } from '../form/record.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { planButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { recordsIn } from './databases.ts'

const PORTS: Readonly<Record<string, string>> = { TCPPort: 'TCP', TCPPorts: 'TCP', UDPPort: 'UDP', UDPPorts: 'UDP' }

/** Who gets in comes first. */
const ORDER = ['public', 'private', 'none']

/** Which ports are open to whom: they follow from the records of the services. */
export function serveFirewall(app: Hono<Env>): void {
  app.get('/firewall', async context => {
    const visit = context.get('visit')
    const records = await recordsIn(visit, 'configuration')
    const firewall = records.find(({ name }) => name === 'firewall')
    const off = isOn(firewall) ? NONE : note('warn', visit.say('firewallOff'))
    const links = (['networks', 'portforwards'] as const).map(
      name => html` · <a href="${databaseAddress(name)}">${visit.word('database', name)}</a>`,
    )
    const body = html`${off}<p><a href="${settingsOf('firewall')}">${visit.say('settings')}</a>${links}</p>
<section class="card"><h2>${visit.say('openPorts')}</h2>${portTable(visit, records)}${commandOf(['config', 'show'])}</section>
<div class="acts">${planButton(['gabarit', 'signal-event', 'firewall-update'], visit.say('dryRun'))}</div>`
    return page(visit, '/firewall', visit.say('firewall'), body)
  })
}

function portTable(visit: Visit, records: readonly RecordData[]): Markup {
  const rank = (record: RecordData) => (isOn(record) ? ORDER.indexOf(accessOf(record)) : ORDER.length)
  const open = records.filter(record => portsOf(record) !== '').sort((one, other) => rank(one) - rank(other))
  const rows = open.map(record => {
    const access = accessOf(record)
    const isOpen = isOn(record) && access !== 'none'
    return [
      html`<a href="${settingsOf(record.name)}">${record.name}</a>`,
      portsOf(record),
      isOn(record) ? visit.say('on') : html`<span class="soft">${visit.say('off')}</span>`,
      html`<span class="${isOpen ? 'state' : 'soft'}">${visit.word('access', access)}</span>`,
    ]
  })
  const heads = [visit.say('record'), visit.say('ports'), visit.say('status'), visit.say('openTo')]
  return table(visit.say('openPorts'), heads, rows, visit.say('noRecords'))
}

function portsOf({ name, props = {} }: RecordData): string {
  if (/^openvpn(-.+)?$/.test(name))
    return `${(props.proto ?? 'udp').replace(/\d/, '').toUpperCase()} ${props.port ?? '1194'}`
  const ports = Object.entries(PORTS)
    .flatMap(([property, protocol]) =>
      props[property] ? [`${protocol} ${props[property].replaceAll(',', ', ')}`] : [],
    )
    .join(', ')
  // It listens even if its record leaves the port to its own file.
  return ports === '' && name === 'sshd' ? 'TCP (sshd_config)' : ports
}

function accessOf({ props = {} }: RecordData): string {
  return ORDER.find(access => access === props.access) ?? 'none'
}

function isOn(record: RecordData | undefined): boolean {
  return record?.props?.status === 'enabled'
}

function settingsOf(key: string): string {
  return recordAddress('configuration', key)
}
