import { cpus, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { nameFact } from '../db/detect.ts'
import { below, type Places } from '../system/places.ts'
import { portsOf } from '../system/processes.ts'
import { exists } from '../system/read-files.ts'

/**
 * A fact about the machine: `cpus`, `hostname` (first label), `domain` (the rest, or empty), `family` (debian or redhat),
 * `bin` (the folder of gabarit's commands), `root` (the prefix of every path; empty for `/`), `sshPorts` (where a process
 * called sshd listens now, space-separated; root sees all of them, and below another root there are none), `addresses` (those of
 * the machine's interfaces, space-separated; below another root there are none).
 * @returns undefined for an unknown fact
 */
export function fact(name: string, places: Places): string | undefined {
  switch (name) {
    case 'cpus':
      return String(cpus().length)
    case 'hostname':
    case 'domain':
      return nameFact(places, name)
    case 'family':
      return exists(below(places, '/etc/redhat-release')) ? 'redhat' : 'debian'
    case 'bin':
      return join(places.shipped, 'bin')
    case 'root':
      return places.root === '/' ? '' : places.root
    case 'sshPorts':
      return places.root === '/' ? portsOf('sshd').join(' ') : ''
    case 'addresses':
      return places.root === '/'
        ? Object.values(networkInterfaces())
            .flatMap(all => all?.map(({ address }) => address) ?? [])
            .join(' ')
        : ''
    default:
      return undefined
  }
}
