import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../../src/base/sha256.ts'
import { must } from '../support/sandbox.ts'
import type { Architecture } from './architecture.ts'

/** What a machine starts from. Nothing that it writes reaches the disk: each start of the emulator begins with the same. */
export interface Disk {
  readonly image: string
  readonly kernel: string
  readonly initrd: string
}

const GUEST = join(import.meta.dirname, 'guest')
const MIRROR = 'http://deb.debian.org/debian'
const SLOW = { timeoutSeconds: 1800 }

/** What debootstrap can install, and then what apt must. */
const BASE = 'systemd-sysv,udev,dbus,ca-certificates,iproute2,kmod,procps'
const PACKAGES = [
  ...'age apache2 curl dehydrated easy-rsa etcd-server iptables libnginx-mod-stream logrotate nginx openssh-server'.split(
    ' ',
  ),
  ...'openssl openvpn pebble'.split(' '),
]

/** Outside of the checkout, since it is large and not ours. */
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gabarit-machine')

/** Gives the disk of a Debian release with the packages that the steps need; makes it (two minutes) if it is not in the cache. */
export function makeDisk(release: string, architecture: Architecture): Disk {
  const recipe = [BASE, ...PACKAGES, readFileSync(join(GUEST, 'prepare.sh'), 'utf8')]
  const folder = join(CACHE, `${release}-${architecture.name}-${sha256(recipe.join('\n')).slice(0, 12)}`)
  if (!existsSync(folder)) make(release, architecture, folder)
  return {
    image: join(folder, 'disk.img'),
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd.img'),
  }
}

function make(release: string, architecture: Architecture, folder: string): void {
  const work = `${folder}.new`
  const root = join(work, 'root')
  // Those of a former recipe, and one that was interrupted.
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : [])
    if (name.startsWith(`${release}-${architecture.name}-`)) rmSync(join(CACHE, name), { recursive: true })
  mkdirSync(work, { recursive: true })
  process.stdout.write(`making a disk with Debian ${release} for ${architecture.name} in ${folder}\n`)
  const options = [`--arch=${architecture.name}`, '--variant=minbase', `--include=${BASE}`]
  must(['debootstrap', ...options, release, root, MIRROR], SLOW)
  must(
    [
      'unshare',
      '--mount',
      'sh',
      '-e',
      join(GUEST, 'prepare.sh'),
      root,
      `linux-image-cloud-${architecture.name}`,
      ...PACKAGES,
    ],
    SLOW,
  )
  const boot = readdirSync(join(root, 'boot'))
  for (const name of ['vmlinuz', 'initrd.img'])
    must(['cp', join(root, 'boot', boot.find(file => file.startsWith(`${name}-`)) ?? name), join(work, name)])
  must(['mke2fs', '-q', '-t', 'ext4', '-d', root, join(work, 'disk.img'), '3G'], SLOW)
  rmSync(root, { recursive: true })
  renameSync(work, folder)
}
