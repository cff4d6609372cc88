import { once } from 'node:events'
import { statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Machine } from '../../test/fleet/machine.ts'
import { must, type Outcome, words } from '../../test/support/sandbox.ts'
import { BenchHost } from './host.ts'
import type { ProcessorTime } from './processor-time.ts'

/** Seconds between two reports of a host. */
const INTERVAL = 60
const PLACE = '/etc/gabarit/fleet/all'
const BROKEN = `${PLACE}/templates-custom/etc/httpd/conf/httpd.conf/26Listen`
const ETCD = '#!/bin/sh\nset -a\n. /etc/default/etcd\nexec etcd >> /var/log/etcd.log 2>&1\n'
const AGENT = '#!/bin/sh\nexec gabarit fleet agent >> /var/log/agent.log 2>&1\n'
/** What a host and the controller do before they join. */
const READY = [
  'config set DomainName example.org',
  'gabarit initialize-default-databases',
  `config setprop fleet Interval ${INTERVAL}`,
  'signal-event post-install',
]

/** Where the processor time of the hosts, of the controller and of the rest counts. */
type Times = Readonly<Record<'hosts' | 'controller' | 'others', ProcessorTime>>

/** A controller with the real etcd, and hosts: each a machine of its own. Inside a private namespace. */
export class BenchFleet {
  readonly hosts: BenchHost[] = []
  readonly #gate = new Machine('gate', 1)
  readonly #time: Times

  constructor(time: Times) {
    this.#time = time
  }

  async found(): Promise<void> {
    for (const line of READY) must(words(line))
    Machine.connect()
    await this.#within(this.#time.controller, () => this.#gate.start())
    this.#gate.must('config setprop httpd status disabled')
    this.#gate.must('signal-event console-save')
    this.#gate.service('etcd', ETCD)
    this.#gate.service('gabarit-fleet', AGENT)
    this.#gate.must('config set SystemName gate')
    this.#gate.must(`gabarit fleet init bench --address ${this.#gate.address}`)
    this.#gate.write(`${PLACE}/events/console-save/templates2expand/etc/fleet-note`, '')
    this.#gate.write(`${PLACE}/templates/etc/fleet-note`, '<%= config.note.Text %>\n')
    const served = [403, 404].map(status => `ErrorDocument ${status} "<%= config.note?.Text %>"\n`)
    this.#gate.write(`${PLACE}/templates-custom/etc/httpd/conf/httpd.conf/31Note`, served.join(''))
  }

  /** Starts more machines with a web server. */
  async add(count: number): Promise<void> {
    for (const _ of Array.from({ length: count })) {
      const number = this.hosts.length + 1
      const host = new BenchHost(`h${String(number).padStart(3, '0')}`, number + 1)
      await this.#within(this.#time.hosts, () => host.begin())
      this.hosts.push(host)
    }
  }

  /** Lets hosts in, one after the other. The first is the canary. */
  join(hosts: readonly BenchHost[]): void {
    for (const host of hosts) {
      const groups = host === this.hosts[0] ? ['--groups', 'canary'] : []
      host.join(this.#gate.must(['gabarit', 'fleet', 'invite', host.name, ...groups]))
    }
  }

  set(note: string): void {
    this.#gate.must(['db', '--fleet', 'configuration', 'set', 'note', 'note', 'Text', note])
  }

  /** Whether what is published next keeps web servers from starting: their checker takes it, they miss the address. */
  break(broken: boolean): void {
    if (broken) this.#gate.write(BROKEN, 'Listen 203.0.113.9:8081\n')
    else this.#gate.must(`rm ${BROKEN}`)
  }

  /** Runs a command on the controller, while hosts are watched over. */
  async run(line: string): Promise<Outcome> {
    const child = this.#gate.spawn(words(line))
    const read = async (stream: Readable | null) => (stream === null ? '' : text(stream))
    const [stdout, stderr, [status]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')])
    return { status: status ?? 128, stdout, stderr }
  }

  /** @throws Error for a host on which record, file and web server do not all say this */
  check(note: string, hosts = this.hosts): void {
    const wrong = hosts.flatMap(({ name, seen }) => (seen.every(one => one === note) ? [] : [`${name}: ${seen}`]))
    if (wrong.length > 0) throw new Error(`not ${note}: ${wrong.join('; ')}`)
  }

  /** It is started again at once. */
  kill(service: 'etcd' | 'gabarit-fleet'): void {
    this.#gate.must(`s6-svc -k /run/service/${service}`)
  }

  /** Of the database of etcd, in MiB. */
  get stored(): number {
    return statSync(this.#gate.inside('/var/lib/etcd/gabarit/member/snap/db')).size / 2 ** 20
  }

  end(): void {
    for (const machine of [this.#gate, ...this.hosts]) machine.remove()
  }

  async #within(time: ProcessorTime, work: () => Promise<void>): Promise<void> {
    time.enter()
    try {
      await work()
    } finally {
      this.#time.others.enter()
    }
  }
}
