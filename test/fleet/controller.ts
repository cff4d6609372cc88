import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { answerJoins } from '../../src/modules/fleet/joining/answer.ts'
import { openStore } from '../../src/modules/fleet/store/open.ts'
import { findPlaces } from '../../src/system/places.ts'
import { Daemons } from '../support/daemons.ts'
import { BIN, must, type Outcome, PROJECT, run, Sandbox } from '../support/sandbox.ts'
import { startSupervisord } from '../support/supervisord.ts'
import { pause } from '../support/wait.ts'

/** What etcd's unit does, for supervisord. */
const ETCD = `setpriv --reuid etcd --regid etcd --clear-groups sh -c "set -a; . /etc/default/etcd; exec etcd"`

const ENV = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'supervisord' }

/** This machine (a private namespace) as the first controller of a fleet, with the real etcd. */
export class Controller {
  readonly places = findPlaces(PROJECT, {}, '/')
  readonly #daemons = new Daemons()

  /** Starts what starts etcd. */
  start(): Promise<void> {
    return startSupervisord(this.#daemons, { etcd: ETCD }, 'autostart=false\nstartsecs=0\nautorestart=false\n')
  }

  run(command: readonly string[]): Outcome {
    return run(command, { env: ENV })
  }

  must(line: string): string {
    return must(line.split(' '), { env: ENV })
  }

  /** Answers those who join and leave once, as its agent does. @param later hours after now */
  async answer(later = 0): Promise<string[]> {
    const store = openStore(this.places)
    try {
      return await answerJoins(store, this.places, new Date(Date.now() + later * 3_600_000))
    } finally {
      store.close()
    }
  }

  /** Has a machine join, and answers it meanwhile. */
  async letIn(box: Sandbox, token: string): Promise<Outcome> {
    const ended = { yet: false }
    const joining = joinFleet(box, token).finally(() => {
      ended.yet = true
    })
    while (!ended.yet) {
      await this.answer()
      await pause(100)
    }
    return joining
  }

  /** Writes what only root can. */
  put(key: string, value: string): void {
    this.#root('put', key, '--', value)
  }

  /** All keys of the store. */
  keys(): string[] {
    return this.#root('get', '--prefix', '--keys-only', '')
      .split('\n')
      .filter(line => line !== '')
  }

  users(): string[] {
    return this.#root('user', 'list').trim().split('\n').sort()
  }

  async stop(): Promise<void> {
    await this.#daemons.stopAll()
    for (const box of MACHINES) box.remove()
  }

  #root(...words: string[]): string {
    const password = readFileSync('/var/lib/gabarit/fleet/root-password', 'utf8').trim()
    const { status, stdout, stderr } = etcdctl('/', words, { user: 'root', password })
    if (status !== 0) throw new Error(`etcdctl ${words.join(' ')}: ${stderr}`)
    return stdout
  }
}

/** etcdctl with the certificate of a host and, unless told otherwise, its user and password. */
export function etcdctl(
  root: string,
  words: readonly string[],
  as: { user?: string; password?: string } = {},
): Outcome {
  const folder = join(root, 'var/lib/gabarit/fleet')
  const member = JSON.parse(readFileSync(join(folder, 'member.json'), 'utf8'))
  const { user = member.user, password = member.password } = as
  const files = { CACERT: 'ca.crt', CERT: 'tls.crt', KEY: 'tls.key' }
  const env = {
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: 'https://127.0.0.1:2379',
    ...Object.fromEntries(Object.entries(files).map(([name, file]) => [`ETCDCTL_${name}`, join(folder, file)])),
    ...(user === '' ? {} : { ETCDCTL_USER: user, ETCDCTL_PASSWORD: password }),
  }
  return run(['etcdctl', ...words], { env })
}

/** `gabarit fleet join` on a machine of its own, with the token on its standard input. */
export async function joinFleet(box: Sandbox, token: string, ...options: string[]): Promise<Outcome> {
  const env = { ...process.env, GABARIT_ROOT: box.root, GABARIT_SERVICE_MANAGER: 'none' }
  const child = spawn(join(BIN, 'gabarit'), ['fleet', 'join', ...options], { env, stdio: 'pipe' })
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    out.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    out.stderr += text
  })
  child.stdin.end(token)
  const [status] = await once(child, 'close')
  return { status: status ?? 128, ...out }
}

/** The same token with other parts. */
export function altered(token: string, parts: object): string {
  const read = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  return Buffer.from(JSON.stringify({ ...read, ...parts })).toString('base64url')
}

const MACHINES: Sandbox[] = []

/** Another machine. */
export function machine(): Sandbox {
  const box = new Sandbox()
  MACHINES.push(box)
  return box
}
