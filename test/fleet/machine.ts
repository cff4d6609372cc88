import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { BIN, must, type Outcome, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

/** The network of all machines: the first has the address .1 in it. */
const NET = '10.44.0'
const BRIDGE = 'fleet0'

/**
 * A machine of its own inside a private namespace, in memory: files, network, processes, host name. Its service manager is s6.
 * It begins with the files of the namespace around it, which are gathered in /mnt: only the machine sees that, so nothing is left
 * of it, however it ends.
 */
const SETUP = `set -e
name=$1
mount -t tmpfs -o mode=0755 tmpfs /mnt
cp -a /etc /mnt/etc
(cd / && find var -xdev -maxdepth 3 "(" -type d -o -type l ")" -print0 | tar -c --null --no-recursion -T - | tar -x -C /mnt)
rm -rf /mnt/var/lib/gabarit
[ ! -d /var/lib/gabarit ] || cp -a /var/lib/gabarit /mnt/var/lib/gabarit
cp -a /srv /mnt/srv
for folder in /etc /var /srv; do mount --rbind "/mnt$folder" "$folder"; done
umount /mnt
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p -m 1777 /run/lock /run/service
hostname "$name"
ip link set lo up
exec s6-svscan /run/service`

export class Machine {
  readonly name: string
  readonly address: string
  readonly #number: number
  #child: ChildProcess | undefined
  #pid = 0

  /** @param number the last part of its address */
  constructor(name: string, number: number) {
    this.name = name
    this.#number = number
    this.address = `${NET}.${number}`
  }

  /** The switch that all machines are connected to. Once. */
  static connect(): void {
    must(words(`ip link add ${BRIDGE} type bridge`))
    must(words(`ip link set ${BRIDGE} up`))
  }

  async start(): Promise<void> {
    const flags = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
    const script = ['sh', '-c', SETUP, 'sh', this.name]
    const child = spawn('unshare', [...flags, '--propagation', 'private', ...script], {
      stdio: ['ignore', 'ignore', 'inherit'],
      // What its services find.
      env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
    })
    this.#child = child
    process.on('exit', () => child.kill('SIGKILL'))
    this.#pid = await waitFor(`${this.name} to begin`, () => {
      const [pid = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')
      return Number(pid) || undefined
    })
    await waitFor(`${this.name} to be set up`, () => this.run(['s6-svscanctl', '-a', '/run/service']).status === 0)
    const [outer, inner] = [`veth${this.#number}`, 'eth0']
    must(words(`ip link add ${outer} type veth peer name ${inner} netns ${this.#pid}`))
    must(words(`ip link set ${outer} master ${BRIDGE} up`))
    this.must(`ip address add ${this.address}/24 dev ${inner}`)
    this.must(`ip link set ${inner} up`)
  }

  /** Runs a command there. */
  run(command: string | readonly string[], input?: string): Outcome {
    const inside = typeof command === 'string' ? words(command) : command
    return run([...this.#enter(), ...inside], input === undefined ? {} : { input })
  }

  /** Runs a command there that has to succeed. */
  must(command: string | readonly string[], input?: string): string {
    const inside = typeof command === 'string' ? words(command) : command
    return must([...this.#enter(), ...inside], input === undefined ? {} : { input })
  }

  /** Starts a program there, and leaves it running. */
  spawn(command: readonly string[]): ChildProcess {
    const [program = '', ...args] = [...this.#enter(), ...command]
    const env = { ...process.env, PATH: `${BIN}:${process.env.PATH}` }
    return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Adds a service of s6, and starts it if asked to. */
  service(name: string, script: string, up = false): void {
    const folder = `/run/service/${name}`
    this.must(
      ['sh', '-c', 'mkdir -p "$1" && cat > "$1/run" && chmod 755 "$1/run" && touch "$1/down"', 'sh', folder],
      script,
    )
    this.must('s6-svscanctl -a /run/service')
    this.must(['timeout', '5', 'sh', '-c', 'until s6-svok "$1"; do sleep 0.02; done', 'sh', folder])
    if (up) this.must(`s6-svc -u ${folder}`)
  }

  /** A file as it is there. */
  read(path: string): string {
    return readFileSync(this.inside(path), 'utf8')
  }

  /** Where a file of it is for those outside. */
  inside(path: string): string {
    return join(`/proc/${this.#pid}/root`, path)
  }

  write(path: string, text: string): void {
    this.must(['sh', '-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', path], text)
  }

  /** Kills the process that carries out a change there. @returns whether there was one */
  killChange(): boolean {
    try {
      const { pid } = JSON.parse(readlinkSync(this.inside('/var/lib/gabarit/event.lock')))
      return this.run(`kill -KILL ${pid}`).status === 0
    } catch {
      return false
    }
  }

  /** Pulls its cable, or puts it in again. */
  cable(state: 'up' | 'down'): void {
    must(words(`ip link set veth${this.#number} ${state}`))
  }

  remove(): void {
    this.#child?.kill('SIGKILL')
  }

  #enter(): string[] {
    return ['nsenter', '--target', String(this.#pid), '--mount', '--net', '--uts', '--ipc', '--pid', '--']
  }
}
