import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { orUndefined } from '../base/failure.ts'

/** State "listening" in /proc/net/tcp (proc(5), linux/include/net/tcp_states.h). */
const LISTEN = '0A'

/** The TCP ports on which processes with this name listen in this network namespace, in order; none if /proc does not show them. */
export function portsOf(program: string): number[] {
  const sockets = new Map(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listeners))
  const ports = sockets.size === 0 ? [] : processes(program).flatMap(pid => openSockets(pid).map(id => sockets.get(id)))
  return [...new Set(ports.filter(port => port !== undefined))].sort((a, b) => a - b)
}

/** Inode and port of each listening socket. */
function listeners(file: string): [inode: string, port: number][] {
  return (read(file) ?? '')
    .split('\n')
    .slice(1)
    .flatMap(line => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      return state === LISTEN ? [[inode, Number.parseInt(local.slice(local.indexOf(':') + 1), 16)]] : []
    })
}

function processes(program: string): string[] {
  return entries('/proc').filter(name => /^\d+$/.test(name) && read(`/proc/${name}/comm`)?.trim() === program)
}

function openSockets(pid: string): string[] {
  return entries(`/proc/${pid}/fd`).flatMap(name => {
    const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${name}`))?.[1]
    return inode === undefined ? [] : [inode]
  })
}

// A process may end while we look at it, and we may not look at another user's.
function read(file: string): string | undefined {
  return orUndefined(() => readFileSync(file, 'utf8'))
}

function link(file: string): string {
  return orUndefined(() => readlinkSync(file)) ?? ''
}

function entries(folder: string): string[] {
  return orUndefined(() => readdirSync(folder)) ?? []
}
