import type { RecordView } from './databases.ts'
import { isOn, splitList } from './text.ts'

/** A service as the firewall and the like see it. */
export interface ServiceView {
  readonly name: string
  readonly enabled: boolean
  /** Who may reach it: `none`, `private`, `public`, or zones by name. */
  readonly zones: readonly string[]
  /** `['tcp', '443']`, ranges as written (`6000:6010`). */
  readonly ports: readonly (readonly [protocol: 'tcp' | 'udp', port: string])[]
  readonly record: RecordView
}

/** The one place that knows what `status`, `access`, `TCPPort(s)` and `UDPPort(s)` of a service record mean. */
export function serviceView(record: RecordView): ServiceView {
  const ports = (protocol: 'tcp' | 'udp', ...names: string[]) =>
    names.flatMap(name => splitList(record[name])).map(port => [protocol, port] as const)
  const zones = splitList(record.access ?? 'none')
  return {
    name: record.key,
    enabled: isOn(record),
    zones: zones.includes('none') ? [] : zones,
    ports: [...ports('tcp', 'TCPPort', 'TCPPorts'), ...ports('udp', 'UDPPort', 'UDPPorts')],
    record,
  }
}
