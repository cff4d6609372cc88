import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { orUndefined } from '../base/failure.ts'

/** State "listening" in /proc/net/tcp, and of a UDP socket without a peer (proc(5), linux/include/net/tcp_states.h). */
const LISTENING = { tcp: '0A', udp: '07' }

type Protocol = keyof typeof LISTENING

/** The id of a process with a matching command line; undefined if there is none (proc(5)). */
export function findProcess(fits: (words: readonly string[]) => boolean): string | undefined {
  return processes().find(pid => {
    const words = read(`/proc/${pid}/cmdline`)
    return words !== undefined && fits(words.split('\0'))
  })
}

/** The first of some programs that runs, by the name of its process. */
export function runningOf(programs: readonly string[]): string | undefined {
  const names = new Set(processes().map(pid => read(`/proc/${pid}/comm`)?.trim()))
  return programs.find(program => names.has(program))
}

/** The TCP ports on which processes with this name listen in this network namespace, in order; none if /proc does not show them. */
export function portsOf(program: string): number[] {
  const sockets = listeners('tcp')
  if (sockets.size === 0) return []
  const named = processes().filter(pid => read(`/proc/${pid}/comm`)?.trim() === program)
  const ports = named.flatMap(openSockets).map(id => sockets.get(id))
  return [...new Set(ports.filter(port => port !== undefined))].sort((a, b) => a - b)
}

/** The name of the process that listens on each port in this network namespace: `tcp 443` → `nginx`. */
export function portHolders(): Map<string, string> {
  const sockets = (['tcp', 'udp'] as const).flatMap(protocol =>
    [...listeners(protocol)].map(([id, port]) => [id, `${protocol} ${port}`] as const),
  )
  const ports = new Map(sockets)
  // A socket whose process is not seen is held all the same: by another container, say.
  const holders = new Map(sockets.map(([, port]) => [port, '']))
  for (const pid of processes())
    for (const id of openSockets(pid)) {
      const port = ports.get(id)
      if (port !== undefined && holders.get(port) === '') holders.set(port, read(`/proc/${pid}/comm`)?.trim() ?? '')
    }
  return holders
}

/** Who listens on a port in this network namespace: `openvpn --config x.conf (process 12)`; undefined if nobody is seen. */
export function holderOf(protocol: Protocol, port: number): string | undefined {
  const sockets = listeners(protocol)
  const pid = processes().find(process => openSockets(process).some(id => sockets.get(id) === port))
  return pid && `${(read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim()} (process ${pid})`
}

/** The port of each listening socket, by its inode. */
function listeners(protocol: Protocol): Map<string, number> {
  const lines = [protocol, `${protocol}6`].flatMap(name => (read(`/proc/net/${name}`) ?? '').split('\n').slice(1))
  return new Map(
    lines.flatMap(line => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      if (state !== LISTENING[protocol]) return []
      return [[inode, Number.parseInt(local.slice(local.indexOf(':') + 1), 16)] as const]
    }),
  )
}

/** The inodes of the sockets that a process has open. */
function openSockets(pid: string): string[] {
  const folder = `/proc/${pid}/fd`
  return entries(folder).flatMap(name => {
    const target = orUndefined(() => readlinkSync(`${folder}/${name}`)) ?? ''
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
  })
}

function processes(): string[] {
  return entries('/proc').filter(name => /^\d+$/.test(name))
}

// A process may end while we look at it, and we may not look at another user's.
function read(file: string): string | undefined {
  return orUndefined(() => readFileSync(file, 'utf8'))
}

function entries(folder: string): string[] {
  return orUndefined(() => readdirSync(folder)) ?? []
}
