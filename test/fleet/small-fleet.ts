import { must, type Outcome, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { Machine } from './machine.ts'

const APACHE = '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n'
const NGINX = '#!/bin/sh\nexec nginx -g "daemon off;" 2>&1\n'
export const ETCD = '#!/bin/sh\nset -a\n. /etc/default/etcd\nexec etcd >> /var/log/etcd.log 2>&1\n'
const AGENT = '#!/bin/sh\nexec gabarit fleet agent >> /var/log/agent.log 2>&1\n'

/** Starts machines that have agents of a fleet to come. What they have in common is done once: there is no service manager yet. */
export async function startMachines(machines: readonly Machine[]): Promise<void> {
  for (const line of [
    'config set DomainName example.org',
    'gabarit initialize-default-databases',
    'config setprop fleet Interval 3',
    'config setprop httpd status disabled',
    'signal-event post-install',
  ])
    must(words(line))
  Machine.connect()
  await Promise.all(machines.map(machine => machine.start()))
  for (const machine of machines) {
    machine.service('gabarit-fleet', AGENT)
    machine.must(`config set SystemName ${machine.name}`)
  }
}

/** What a release sets in these tests: a property, and a file that a template of the fleet makes of it. */
export interface Seen {
  readonly property: string
  readonly file: string
}

/** How `gabarit fleet status --json` tells of one host. */
export interface HostSeen {
  readonly name: string
  readonly status: {
    readonly at: number
    readonly release: number
    readonly state: string
    readonly reason: string
  } | null
  readonly silentSince: string | null
  readonly trouble: string | null
}

/** etcdctl on a controller with etcd, as etcd's root. */
export function etcdctlOn(controller: Machine, ...command: readonly string[]): string {
  const folder = '/var/lib/gabarit/fleet'
  const files = ['--cacert', `${folder}/ca.crt`, '--cert', `${folder}/tls.crt`, '--key', `${folder}/tls.key`]
  const user = ['--user', 'root', '--password', controller.read(`${folder}/root-password`).trim()]
  const words = ['etcdctl', '--endpoints', 'https://127.0.0.1:2379', ...files, ...user, ...command]
  return controller.must(['env', 'ETCDCTL_API=3', ...words])
}

/**
 * A controller with etcd, and three hosts: one with Apache, one with nginx, one that is a controller, too. Each is a machine of its
 * own.
 */
export class SmallFleet {
  readonly gate = new Machine('gate', 1)
  readonly www1 = new Machine('www1', 2)
  readonly www2 = new Machine('www2', 3)
  readonly www3 = new Machine('www3', 4)
  readonly hosts = [this.www1, this.www2, this.www3]
  readonly all = [this.gate, ...this.hosts]

  async start(): Promise<void> {
    await startMachines(this.all)
    this.gate.service('etcd', ETCD)
    this.www1.service('apache2', APACHE)
    this.www2.service('nginx', NGINX)
    this.www1.must('config setprop httpd status enabled')
    this.www2.must('config setprop nginx status enabled')
    for (const machine of [this.www1, this.www2]) machine.must('signal-event console-save')
    this.gate.must(`gabarit fleet init shops --address ${this.gate.address}`)
    for (const host of this.hosts) {
      const more = host === this.www1 ? ['--groups', 'canary'] : host === this.www3 ? ['--controller'] : []
      const token = this.gate.must(['gabarit', 'fleet', 'invite', host.name, ...more])
      host.must('gabarit fleet join', token)
    }
  }

  /** Publishes, and waits for the end of the roll-out. */
  publish(...more: string[]): Outcome {
    return this.gate.run([...words('gabarit fleet publish --wait --soak no'), ...more])
  }

  /** etcdctl on the controller, as etcd's root. */
  etcdctl(...command: string[]): string {
    return etcdctlOn(this.gate, ...command)
  }

  /** Puts etcd back to what it was when this was saved. */
  async restoreStore(snapshot: string): Promise<void> {
    const folder = '/var/lib/etcd/gabarit'
    const name = `${this.gate.address}:2380`
    const peer = `https://${name}`
    const how = ['--name', name, '--initial-cluster', `${name}=${peer}`, '--initial-advertise-peer-urls', peer]
    this.gate.must('s6-svc -wd -d /run/service/etcd')
    this.gate.must(`rm -r ${folder}`)
    this.etcdctl('snapshot', 'restore', snapshot, '--data-dir', folder, ...how)
    this.gate.must('s6-svc -u /run/service/etcd')
    await waitFor('etcd', () => this.gate.run('gabarit fleet hosts').status === 0)
  }

  /** How the fleet stands. */
  status(): {
    readonly rollout: { readonly state: string; readonly reason: string; readonly release: number } | null
    readonly leader: string | null
    readonly hosts: readonly HostSeen[]
  } {
    return JSON.parse(this.gate.run('gabarit fleet status --json').stdout)
  }

  /** The numbers of the releases in the store. */
  releases(): number[] {
    const keys = this.etcdctl('get', '--prefix', '--keys-only', '/gabarit/releases/').split('\n')
    return keys.filter(key => key !== '').map(key => Number(key.split('/').at(-1)))
  }

  hostStatus(machine: Machine): HostSeen | undefined {
    return this.status().hosts.find(({ name }) => name === machine.name)
  }

  /** Waits until a host says this. */
  reported(
    machine: Machine,
    what: string,
    says: (status: NonNullable<HostSeen['status']>) => boolean,
  ): Promise<HostSeen> {
    const told = (error: Error) => {
      throw new Error(`${error.message}\n${this.logs()}`)
    }
    return waitFor(
      `${machine.name} to report ${what}`,
      () => {
        const seen = this.hostStatus(machine)
        return seen?.status !== null && seen !== undefined && says(seen.status) && seen
      },
      300,
    ).catch(told)
  }

  /** What is in effect on a host. */
  seenOn(machine: Machine): Seen {
    return {
      property: machine.run('config getprop note Text').stdout.trim(),
      file: machine.read('/etc/fleet-note').trim(),
    }
  }

  logs(): string {
    const log = (machine: Machine, file: string) => {
      try {
        return `== ${machine.name} ${file}\n${machine.read(file).slice(-3000)}`
      } catch {
        return ''
      }
    }
    return this.all.map(machine => log(machine, '/var/log/agent.log')).join('\n')
  }

  remove(): void {
    for (const machine of this.all) machine.remove()
  }
}
