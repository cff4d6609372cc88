import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { orUndefined } from '../base/failure.ts'

/** State "listening" in /proc/net/tcp (proc(5), linux/include/net/tcp_states.h). */
const LISTEN = '0A'

/** The id of a process with a matching command line; undefined if there is none (proc(5)). */
export function findProcess(fits: (words: readonly string[]) => boolean): string | undefined {
  return processes().find(pid => {
    const words = read(`/proc/${pid}/cmdline`)
    return words !== undefined && fits(words.split('\0'))
  })
}

/** The TCP ports on which processes with this name listen in this network namespace, in order; none if /proc does not show them. */
export function portsOf(program: string): number[] {
  const sockets = new Map(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listeners))
  if (sockets.size === 0) return []
  const named = processes().filter(pid => read(`/proc/${pid}/comm`)?.trim() === program)
  const ports = named.flatMap(openSockets).map(id => sockets.get(id))
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
