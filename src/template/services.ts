import type { RecordView } from './databases.ts'
import { interfacesIn, type Network, type NetworkReader, portsIn } from './network.ts'
import { isOn, splitList } from './text.ts'

type Protocol = 'tcp' | 'udp'

/** A port as written, perhaps a range (`6000:6010`). */
export type ServicePort = readonly [protocol: Protocol, port: string]

/** A service as the firewall and the like see it. */
export interface ServiceView {
  readonly name: string
  readonly enabled: boolean
  /** Who can reach it: `none`, `private`, `public`, or zones by name. */
  readonly zones: readonly string[]
  /** `['tcp', '443']`, ranges as written (`6000:6010`); also `port` with `proto` (`udp6`, `tcp`). Throws a TypeError for an invalid port. */
  readonly ports: readonly ServicePort[]
  /** Who is allowed (`from`: empty for nobody, undefined for everybody) and who is denied regardless. */
  readonly who: (local: readonly Network[]) => { from: readonly Network[] | undefined; never: readonly Network[] }
  /** Where the clients of a VPN come from. */
  readonly tunnel: { readonly interfaces: readonly string[]; readonly networks: readonly Network[] }
  readonly record: RecordView
}

/**
 * The one place that knows what `status`, `access`, `TCPPort(s)`, `PeerPort`, `UDPPort(s)`, `proto` with `port`, `AllowHosts`,
 * `DenyHosts`, `TunnelInterface` and `TunnelNetwork` of a service record mean.
 */
export function serviceView(record: RecordView, networksIn: NetworkReader): ServiceView {
  const access = splitList(record.access ?? 'none')
  const zones = access.includes('none') ? [] : access
  return {
    name: record.key,
    enabled: isOn(record),
    zones,
    get ports() {
      return servicePorts(record)
    },
    who: local => ({
      from: allowed(() => networksIn(record, 'AllowHosts'), zones, local),
      never: networksIn(record, 'DenyHosts'),
    }),
    get tunnel() {
      return { interfaces: interfacesIn(record, 'TunnelInterface'), networks: networksIn(record, 'TunnelNetwork') }
    },
    record,
  }
}

/** Its ports. @throws TypeError for an invalid one */
export function servicePorts(record: RecordView): ServicePort[] {
  const ports = (protocol: Protocol, ...names: string[]) =>
    portsIn(record, ...names).map(port => [protocol, port] as const)
  const own = (['tcp', 'udp'] as const).flatMap(protocol =>
    record.proto?.startsWith(protocol) === true ? ports(protocol, 'port') : [],
  )
  return [...ports('tcp', 'TCPPort', 'TCPPorts', 'PeerPort'), ...ports('udp', 'UDPPort', 'UDPPorts'), ...own]
}

/** `AllowHosts` can only narrow what `access` allows, never widen it. */
function allowed(
  allowHosts: () => readonly Network[],
  zones: readonly string[],
  local: readonly Network[],
): readonly Network[] | undefined {
  const everybody = zones.includes('public')
  if (!everybody && !zones.includes('private')) return []
  const hosts = allowHosts()
  if (hosts.length === 0) return everybody ? undefined : local
  return everybody
    ? hosts
    : hosts.filter(host => local.some(network => network.has(host.first) && network.has(host.last)))
}
