import { cpus, networkInterfaces } from 'node:os'
import { nameFact } from '../db/detect.ts'
import { addressesOfHost, isUnknownHost } from '../system/host-names.ts'
import { below, type Places } from '../system/places.ts'
import { programFolder } from '../system/programs.ts'
import { exists, textOf } from '../system/read-files.ts'
import { sshPorts } from '../system/ssh-ports.ts'

/**
 * A fact about the machine: `cpus`, `hostname` (first label), `domain` (the rest, or empty), `family` (debian or redhat),
 * `bin` (the folder of gabarit's commands), `shipped` (that of its templates), `root` (the prefix of every path; empty for `/`),
 * `sshPorts` (where sshd listens now, or will by its configuration, space-separated; below another root there are none),
 * `addresses` (those of the machine's interfaces, space-separated; below another root there are none), `nameservers` (those of
 * /etc/resolv.conf, space-separated), `isUnknown:NAME` (yes: this host name has no address; below another root nobody is asked, and it is no),
 * `addressesOf:NAME` (those of a host name, space-separated; below another root there are none).
 * @returns undefined for an unknown fact
 */
export function fact(name: string, places: Places): string | undefined {
  const [, unknown, host] = /^(?:isUnknown:(.+)|addressesOf:(.+))$/.exec(name) ?? []
  if (unknown !== undefined) return places.root === '/' && isUnknownHost(unknown) ? 'yes' : 'no'
  if (host !== undefined) return places.root === '/' ? addressesOfHost(host).join(' ') : ''
  switch (name) {
    case 'cpus':
      return String(cpus().length)
    case 'hostname':
    case 'domain':
      return nameFact(places, name)
    case 'family':
      return exists(below(places, '/etc/redhat-release')) ? 'redhat' : 'debian'
    case 'bin':
      return programFolder(places.shipped)
    case 'shipped':
      return places.shipped
    case 'root':
      return places.root === '/' ? '' : places.root
    case 'sshPorts':
      return places.root === '/' ? sshPorts(places.shipped) : ''
    case 'addresses':
      return places.root === '/'
        ? Object.values(networkInterfaces())
            .flatMap(all => all?.map(({ address }) => address) ?? [])
            .join(' ')
        : ''
    case 'nameservers': {
      const lines = (textOf(below(places, '/etc/resolv.conf')) ?? '').matchAll(/^nameserver\s+([\da-fA-F.:]+)/gm)
      return [...lines].map(([, address]) => address).join(' ')
    }
    default:
      return undefined
  }
}
