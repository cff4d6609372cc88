import { messageOf } from '../../../base/failure.ts'
import { daysLeft, sayDay, sayDays, sayTime } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { connectionsOf, isEstablished, withManagement } from '../connections.ts'
import { type Expiring, enabledClients, endingClients, expiriesOf } from '../expiry.ts'
import { NotRunning } from '../management.ts'
import { readServers, type Vpn, type VpnServer } from '../servers.ts'

interface ServerStatus {
  readonly name: string
  readonly state: 'running' | 'down' | 'disabled' | 'unknown'
  /** When it was started. */
  readonly since: Date | null
  readonly clients: number | null
  readonly problem: string | null
  readonly endings: readonly Expiring[]
}

/** `gabarit vpn status`: exit 1 if an enabled server is not running, or something it needs is missing or has expired. */
export async function run({ places, answer }: Invocation): Promise<number> {
  const now = Date.now()
  const ended = ({ end }: Expiring) => end === undefined || end.getTime() <= now
  const vpn = readServers(places)
  const { servers, renewDays } = vpn
  const found = await Promise.all(servers.map(server => statusOf(server, vpn)))
  const clients = endingClients(places, enabledClients(places), renewDays, now)
  const lines = found.flatMap(server => linesOf(server, now))
  const ending = clients.map(
    name => `certificate of ${name} expires soon or has expired: signal-event vpn-client-renew ${name}`,
  )
  const text = [...lines, ...ending].join('\n') || 'there is no VPN server: config setprop openvpn status enabled'
  const ill = found.some(({ state, endings }) => state === 'down' || state === 'unknown' || endings.some(ended))
  return answer({ servers: found, endingClients: clients }, text, !ill)
}

async function statusOf(server: VpnServer, vpn: Vpn): Promise<ServerStatus> {
  const { name, enabled } = server
  const endings = enabled ? expiriesOf({ ...vpn, servers: [server] }) : []
  const nothing = { name, since: null, clients: null, problem: null, endings }
  try {
    return await withManagement(server, async client => {
      const [state = ''] = await client.ask('state', 'list')
      const clients = (await connectionsOf(client, server)).filter(isEstablished).length
      return { ...nothing, state: 'running', since: new Date(Number(state.split(',')[0]) * 1000), clients }
    })
  } catch (error) {
    if (error instanceof NotRunning) return { ...nothing, state: enabled ? 'down' : 'disabled' }
    return { ...nothing, state: 'unknown', problem: messageOf(error) }
  }
}

function linesOf({ name, state, since, clients, problem, endings }: ServerStatus, now: number): string[] {
  const running = `running since ${sayTime(since ?? new Date(now))}, ${clients === 1 ? '1 client' : `${clients} clients`}`
  return [
    `${name}: ${problem ?? (state === 'running' ? running : state)}`,
    ...endings.map(({ what, file, end, days, command }) => {
      const hint = command === undefined ? '' : `: ${command}`
      if (end === undefined) return `  ${what}: ${file} is missing${hint}`
      const left = daysLeft(end, now)
      if (left < 0) return `  ${what}: expired ${sayDay(end)}${hint}`
      return `  ${what}: until ${sayDay(end)}${left < days ? ` (${sayDays(left)})${hint}` : ''}`
    }),
  ]
}
