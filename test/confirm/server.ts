import { type ChildProcess, spawn } from 'node:child_process'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import type { Confirmation } from '../../src/state/confirmation.ts'
import type { HistoryEntry } from '../../src/state/history/entry.ts'
import { Sandbox } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

/** The pending confirmation of a server. */
const PENDING = '/var/lib/gabarit/confirmation.json'

/** What `gabarit confirm status --json` says. */
interface Status {
  readonly base: number
  readonly left: number
  readonly guard: number | null
  readonly problem: string | null
}

/** A server with a template /etc/x made by the event `change`, which has run once; what is announced is in /announced. */
export class Server extends Sandbox {
  constructor() {
    super()
    this.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %>\n')
    this.write('/etc/gabarit/templates/etc/x.template.json', '{"notify": ["web:reload"]}')
    this.event('change', { 'templates2expand/etc/x': '' })
    this.write('/wall', `#!/bin/sh\ncat >> '${this.path('/announced')}'\n`, 0o755)
    this.must('config set word 1')
    for (const name of ['web', 'mail']) this.must(`config set ${name} service status enabled`)
    this.must('signal-event change')
  }

  /** Writes files of an event; those that begin with S are actions. */
  event(name: string, files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files))
      this.write(`/etc/gabarit/events/${name}/${path}`, text, path.startsWith('S') ? 0o755 : 0o644)
  }

  /** Environment in which announcements can be read. */
  get env(): Record<string, string> {
    return { GABARIT_WALL: this.path('/wall') }
  }

  /** Sets the word and signals the event with a window. */
  arm(word: string, window: string, event = 'change'): string {
    this.must(['config', 'set', 'word', word])
    return this.must(['signal-event', event, '--confirm-within', window], { env: this.env })
  }

  /** Starts a command and does not wait for it. It leads a process group of its own. */
  start(command: readonly string[], talk: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
    const [program = '', ...args] = command
    const options = { env: { ...process.env, ...this.ownEnv, ...this.env }, cwd: this.root, detached: true }
    return spawn(program, args, { ...options, stdio: [talk, talk, 'pipe'] })
  }

  get isPending(): boolean {
    return this.exists(PENDING)
  }

  /** The pending confirmation as it stands in its file, changed by hand. */
  change(change: (pending: Confirmation) => Confirmation): void {
    const file = this.path(PENDING)
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
  }

  /** As if the time were over. */
  letExpire(): void {
    this.change(pending => ({ ...pending, window: { ...pending.window, ends: pending.window.opened } }))
  }

  status(): Status | null {
    return JSON.parse(this.must('gabarit confirm status --json'))
  }

  /** The number of the guard's process, when it is up. */
  guard(): Promise<number> {
    return waitFor('the guard', () => this.status()?.guard ?? undefined)
  }

  /** Kills the guard, as a restart of the machine does. */
  async killGuard(): Promise<void> {
    process.kill(await this.guard(), 'SIGKILL')
    await waitFor('the guard to be gone', () => this.status()?.guard === null)
  }

  /** Waits until the guard has taken the change back. */
  async wentBack(): Promise<void> {
    await waitFor('the change to go back', () => !this.isPending)
    // The guard has written everything when it lets go of its turn. A lock is a link that leads nowhere.
    const lock = this.path('/var/lib/gabarit/event.lock')
    await waitFor('the end of the turn', () => lstatSync(lock, { throwIfNoEntry: false }) === undefined)
  }

  history(): HistoryEntry[] {
    return JSON.parse(this.must('gabarit history --json'))
  }

  get word(): string {
    return this.must('config get word').trim()
  }

  get announced(): string {
    return this.exists('/announced') ? this.read('/announced') : ''
  }
}
