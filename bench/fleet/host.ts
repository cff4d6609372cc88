import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { livingHolder } from '../../src/system/lock.ts'
import { findPlaces } from '../../src/system/places.ts'
import { BIN, must, type Outcome, PROJECT, run, words } from '../../test/support/sandbox.ts'

/** The switch that all hosts are connected to; the controller has the first address. */
export const GATE = '10.45.0.1'
const BRIDGE = 'fleet0'

/** One host: a root of its own, and a network of its own. */
export class BenchHost {
  readonly name: string
  readonly root = mkdtempSync(join(tmpdir(), 'gabarit-fleet-'))
  readonly places = findPlaces(PROJECT, {}, this.root)
  readonly #env = { GABARIT_ROOT: this.root, GABARIT_SERVICE_MANAGER: 'none' }
  #agent: ChildProcess | undefined

  static connect(): void {
    must(words(`ip link add ${BRIDGE} type bridge`))
    must(words(`ip address add ${GATE}/16 dev ${BRIDGE}`))
    must(words(`ip link set ${BRIDGE} up`))
  }

  /** @param number of the host: its name and address */
  constructor(number: number, image: string) {
    this.name = `h${String(number).padStart(3, '0')}`
    cpSync(image, this.root, { recursive: true })
    const inside = ['ip', 'netns', 'exec', this.name]
    must(words(`ip netns add ${this.name}`))
    must(words(`ip link add v${number} type veth peer name eth0 netns ${this.name}`))
    must(words(`ip link set v${number} master ${BRIDGE} up`))
    must([
      ...inside,
      ...words(`ip address add 10.45.${1 + Math.floor(number / 250)}.${1 + (number % 250)}/16 dev eth0`),
    ])
    for (const device of ['lo', 'eth0']) must([...inside, ...words(`ip link set ${device} up`)])
  }

  run(line: string): Outcome {
    return run(words(line), { env: this.#env })
  }

  /** Starts its agent, and again whenever it has ended, as its unit does. */
  start(): void {
    const [program = '', ...args] = this.#inside(join(BIN, 'gabarit'), 'fleet', 'agent')
    const child = spawn(program, args, { env: { ...process.env, ...this.#env }, stdio: 'ignore' })
    this.#agent = child
    child.once('exit', () => {
      if (this.#agent === child) setTimeout(() => this.start(), 200)
    })
  }

  /** Kills the agent, or a process that takes a release. @returns whether there was one */
  kill(what: 'agent' | 'take'): boolean {
    if (what === 'agent') return this.#agent?.kill('SIGKILL') === true
    const holder = livingHolder(this.places.state.path('event.lock'))
    return holder !== undefined && process.kill(holder.pid, 'SIGKILL')
  }

  stop(): void {
    const child = this.#agent
    this.#agent = undefined
    child?.kill('SIGKILL')
  }

  /** The record of the release, and the file that a template makes of it: both the same, or the host is between two releases. */
  get seen(): readonly [record: string, file: string] {
    const text = this.run('config getprop note Text').stdout.trim()
    const file = join(this.root, 'etc/fleet-note')
    return [text, existsSync(file) ? readFileSync(file, 'utf8').trim() : '']
  }

  remove(): void {
    this.stop()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 })
  }

  #inside(...command: string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, ...command]
  }
}
