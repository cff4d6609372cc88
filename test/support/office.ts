import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { must, run } from './sandbox.ts'
import { waitFor } from './wait.ts'

/** A network of the office's server: the server has `.1`/`::1` in it, one other machine `.10`/`::10`. */
interface Wire {
  /** Name of the other machine. */
  readonly machine: string
  /** The server's interface. */
  readonly device: string
  readonly four: string
  readonly six: string
}

const WIRES: readonly Wire[] = [
  { machine: 'lan', device: 'lan0', four: '192.168.77', six: 'fd77:1:' },
  { machine: 'outside', device: 'ext0', four: '198.51.100', six: '2001:db8:2:' },
  // Stands for the clients of a VPN: for a packet filter the name of the interface makes the tunnel.
  { machine: 'vpn', device: 'tun0', four: '10.8.0', six: 'fd00:8:' },
]

/** Addresses of both families. */
export const SERVER = {
  lan: ['192.168.77.1', 'fd77:1::1'],
  outside: ['198.51.100.1', '2001:db8:2::1'],
  vpn: ['10.8.0.1', 'fd00:8::1'],
} as const
export const MACHINE = {
  lan: ['192.168.77.10', 'fd77:1::10'],
  outside: ['198.51.100.10', '2001:db8:2::10'],
  vpn: ['10.8.0.10', 'fd00:8::10'],
} as const
export type Machine = keyof typeof MACHINE

const folder = import.meta.dirname

/**
 * Makes the present network namespace (a private one) a server with three wires, each to a machine in a network namespace of
 * its own: the local network, the world outside, a client of a VPN.
 */
export class Office {
  readonly #running: ChildProcess[] = []

  constructor() {
    for (const { machine, device, four, six } of WIRES) {
      must(['ip', 'netns', 'add', machine])
      must(['ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine])
      this.on(machine, ['ip', 'link', 'set', 'lo', 'up'])
      for (const [inside, name, last] of [
        [[], device, '1'],
        [['ip', 'netns', 'exec', machine], 'eth0', '10'],
      ] as const) {
        must([...inside, 'ip', 'address', 'add', `${four}.${last}/24`, 'dev', name])
        // Without the second in which an address is looked for on the wire first (RFC 4862, 5.4).
        must([...inside, 'ip', 'address', 'add', `${six}:${last}/64`, 'dev', name, 'nodad'])
        must([...inside, 'ip', 'link', 'set', name, 'up'])
      }
    }
    // Whoever is not in the local network sends everything through the server; the local network has no route to others.
    for (const machine of ['vpn', 'outside'] as const) this.route(machine, SERVER[machine])
    // The world outside knows no way to private addresses.
    this.on('outside', ['ip', 'route', 'del', 'default'])
    this.on('outside', ['ip', '-6', 'route', 'del', 'default'])
  }

  /** Runs a command on a machine, which has to succeed. */
  on(machine: string, command: readonly string[]): string {
    return must(['ip', 'netns', 'exec', machine, ...command])
  }

  /** Gives a machine default routes. */
  route(machine: Machine, [four, six]: readonly [string, string]): void {
    this.on(machine, ['ip', 'route', 'replace', 'default', 'via', four])
    this.on(machine, ['ip', '-6', 'route', 'replace', 'default', 'via', six])
  }

  /** Takes them away again. */
  unroute(machine: Machine): void {
    this.on(machine, ['ip', 'route', 'del', 'default'])
    this.on(machine, ['ip', '-6', 'route', 'del', 'default'])
  }

  /** Starts a daemon that tells who asks, on these ports (`u53` of UDP), on a machine or on the server. */
  async listen(machine: Machine | 'server', ...ports: string[]): Promise<void> {
    const inside = machine === 'server' ? [] : ['ip', 'netns', 'exec', machine]
    const [program = '', ...args] = [...inside, process.execPath, join(folder, 'whoami.mjs'), ...ports]
    this.#running.push(spawn(program, args, { stdio: 'ignore' }))
    const wanted = ports.map(
      port => new RegExp(`^${port.startsWith('u') ? 'udp' : 'tcp'}.*:${port.replace('u', '')}\\s`, 'm'),
    )
    await waitFor(`${machine} to listen`, () => {
      const { stdout } = run([...inside, 'ss', '-Hlntu'])
      return wanted.every(port => port.test(stdout))
    })
  }

  /** Who the other side sees when a machine asks, over IPv4 and over IPv6; `refused` when it is told so. */
  ask(machine: Machine, addresses: readonly string[], port: number, protocol: 'tcp' | 'udp' = 'tcp'): string[] {
    return addresses.map(address => this.#ask(machine, address, port, protocol, 10_000))
  }

  /** The same for what should get no answer at all, with less patience: `nothing`. */
  askInVain(machine: Machine, addresses: readonly string[], port: number, protocol: 'tcp' | 'udp' = 'tcp'): string[] {
    return addresses.map(address => this.#ask(machine, address, port, protocol, 1500))
  }

  /** Whether pings are answered, IPv4 and IPv6. */
  pings(machine: Machine, addresses: readonly string[]): boolean[] {
    return addresses.map(address => {
      const command = ['ip', 'netns', 'exec', machine, 'ping', '-n', '-c', '1', '-W', '2', address]
      return run(command).status === 0
    })
  }

  #ask(machine: Machine, address: string, port: number, protocol: string, patience: number): string {
    const command = ['perl', join(folder, 'asker.pl'), protocol, address, String(port), String(patience)]
    return this.on(machine, command)
  }

  stop(): void {
    for (const child of this.#running) child.kill('SIGKILL')
  }
}
