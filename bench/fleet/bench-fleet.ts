import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { text } from 'node:stream/consumers'
import { outputFileSync } from 'fs-extra/esm'
import { invite } from '../../src/modules/fleet/joining/invitation.ts'
import { join } from '../../src/modules/fleet/joining/join.ts'
import { openAsRoot, openStore } from '../../src/modules/fleet/store/open.ts'
import { Controller } from '../../test/fleet/controller.ts'
import { BIN, must, type Outcome, Sandbox, words } from '../../test/support/sandbox.ts'
import { BenchHost, GATE } from './host.ts'

/** Seconds between two reports of a host. */
const INTERVAL = 10
const PLACE = '/etc/gabarit/fleet/all'
/** What a host and the controller do before they join. */
const READY = [
  'config set DomainName example.org',
  'gabarit initialize-default-databases',
  `config setprop fleet Interval ${INTERVAL}`,
  'config setprop httpd status disabled',
  'signal-event post-install',
]

/** A controller with the real etcd, and hosts of their own. Inside a private namespace. */
export class BenchFleet {
  readonly hosts: BenchHost[] = []
  readonly #controller = new Controller()
  readonly #image = new Sandbox()
  #agent: ChildProcess | undefined

  async found(): Promise<void> {
    await this.#controller.start()
    BenchHost.connect()
    for (const line of [...READY, `gabarit fleet init bench --address ${GATE} --host gate`]) this.#controller.must(line)
    outputFileSync(`${PLACE}/events/console-save/templates2expand/etc/fleet-note`, '')
    this.template('<%= config.note.Text %>\n')
    this.#image.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n')
    this.#image.write('/etc/group', 'root:x:0:\nwww-data:x:33:\n')
    for (const line of READY) this.#image.must(line)
    this.#lead()
  }

  /** Lets more hosts in, each a copy of one that has been set up. The first is the canary. */
  async join(count: number): Promise<void> {
    const { places } = this.#controller
    const [store, root] = [openStore(places), openAsRoot(places)]
    const numbers = Array.from({ length: count }, (_, index) => this.hosts.length + index + 1)
    const hosts = numbers.map(number => new BenchHost(number, this.#image.root))
    this.hosts.push(...hosts)
    for (const host of hosts) {
      const asked = { host: host.name, groups: host === this.hosts[0] ? ['canary'] : [], controller: false }
      const token = await invite(asked, [`https://${GATE}:2379`], { store, root, places, now: new Date() })
      await join(token, host.places, () => new Date(), 60)
    }
    store.close()
    root.close()
  }

  /** The template of the fleet that every host expands. */
  template(fragment: string): void {
    outputFileSync(`${PLACE}/templates/etc/fleet-note`, fragment)
  }

  set(note: string): void {
    must(['db', '--fleet', 'configuration', 'set', 'note', 'note', 'Text', note])
  }

  /** Runs a command on the controller, while hosts are watched over. */
  async run(line: string): Promise<Outcome> {
    const [program = '', ...args] = words(line)
    const env = { ...process.env, GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'supervisord' }
    const child = spawn(joinPath(BIN, program), args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { status: status ?? 128, stdout, stderr }
  }

  /** @throws Error for a host on which record and file do not both say this */
  check(note: string): void {
    const wrong = this.hosts.flatMap(({ name, seen }) => (seen.every(one => one === note) ? [] : [`${name}: ${seen}`]))
    if (wrong.length > 0) throw new Error(`not ${note}: ${wrong.join('; ')}`)
  }

  killController(): void {
    this.#agent?.kill('SIGKILL')
  }

  /** It is started again at once, as its unit does. */
  killStore(): void {
    must(words('supervisorctl signal KILL etcd'))
    must(words('supervisorctl start etcd'))
  }

  end(): void {
    const agent = this.#agent
    this.#agent = undefined
    agent?.kill('SIGKILL')
    for (const host of this.hosts) host.remove()
    rmSync(this.#image.root, { recursive: true, force: true })
  }

  /** The controller's own agent, again whenever it has ended. */
  #lead(): void {
    const env = { ...process.env, GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'supervisord' }
    const child = spawn(joinPath(BIN, 'gabarit'), ['fleet', 'agent'], { env, stdio: 'ignore' })
    this.#agent = child
    child.once('exit', () => {
      if (this.#agent === child) setTimeout(() => this.#lead(), 200)
    })
  }
}
