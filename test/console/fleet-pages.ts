import { Client } from '../../src/console/client.ts'
import type { Answer, Asked, Request } from '../../src/console/protocol.ts'
import { consoleApp } from '../../src/console/web/app.ts'
import type { Status } from '../../src/console/web/status.ts'
import type { HostRow, Overview } from '../../src/modules/fleet/rollout/overview.ts'

/** What the pages send; a browser has it in its cookie. */
export const SESSION = { cookie: '__Secure-gabarit=session', 'x-forwarded-for': '192.0.2.7' }

const STATUS: Status = {
  ...{ since: 1, properties: [], files: [], events: [], drift: [], problems: [], warnings: [], pending: [] },
  ...{ confirmation: null, damaged: [], pages: ['/fleet'] },
}

const WELL = { at: 3, release: 3, attempt: 1, state: 'confirmed', reason: '', entry: 12, health: 'well' } as const

function row(name: string, more: Partial<HostRow> = {}): HostRow {
  const usual = { controller: false, groups: ['web'], status: WELL, drifts: false, silentSince: null, trouble: null }
  return { name, ...usual, ...more }
}

const BACK = {
  ...WELL,
  at: 2,
  state: 'went back',
  reason: 'httpd does not run:\n  it is stopped',
  health: 'well',
} as const

/** A fleet whose canary went back. */
export const HALTED: Overview = {
  rollout: {
    ...{ release: 3, attempt: 1, waves: [['www1'], ['www2'], ['www3', 'gate']], wave: 0, state: 'halted' },
    ...{ reason: 'www1 went back: httpd does not run', soak: 60, within: 600, atOnce: 50 },
  },
  problem: null,
  leader: 'gate',
  hosts: [
    row('gate', { controller: true, groups: [] }),
    row('www1', { groups: ['canary', 'web'], status: BACK, trouble: 'went back from release 3: httpd does not run' }),
    row('www2', { drifts: true }),
    row('www3', { silentSince: '2026-11-30T03:00:00.000Z', trouble: 'silent since 2026-11-30 03:00:00 +0000' }),
    row('<new>', { status: null, trouble: 'has never reported' }),
  ],
}

export const DIFF = {
  since: 3,
  newest: 3,
  parts: [
    {
      part: 'group web',
      properties: [{ database: 'configuration', key: 'sshd', property: 'TCPPort', old: null, new: '2200' }],
      files: [{ path: 'templates/etc/motd', diff: '--- a\n+++ b\n@@ -1 +1 @@\n-old\n+<new>\n' }],
    },
  ],
}

/** What publishing that would do. */
export const WAVES = {
  ...{ plan: '0123456789ab', release: 4, waves: [['www1'], ['www2', 'www3']] },
  parts: DIFF.parts,
}

/** A helper that knows one fleet, and keeps what it was asked to run. */
export class FleetHelper extends Client {
  readonly ran: (readonly string[])[] = []
  fleet: Overview = HALTED
  diff: object = DIFF
  pages: readonly string[] = ['/fleet']
  /** What is foretold by command line, or why it is refused. */
  plans: Readonly<Record<string, object | string>> = {}

  constructor() {
    super('')
  }

  override async ask(request: Exclude<Request, Asked['follow']>): Promise<Answer> {
    if (request.ask === 'whoami') return { kind: 'user', user: 'alice', origin: '' }
    if (request.ask !== 'run') return { kind: 'done' }
    const line = request.words.join(' ')
    const known: Record<string, object> = {
      'gabarit status --json': { ...STATUS, pages: this.pages },
      'gabarit fleet status --json': this.fleet,
      'gabarit fleet diff --json': this.diff,
    }
    const found = known[line] ?? this.plans[line]
    if (typeof found === 'string') return { kind: 'output', status: 3, stdout: '', stderr: found }
    if (found === undefined) this.ran.push(request.words)
    const stdout = found === undefined ? 'release 4 is being rolled out' : JSON.stringify(found)
    return { kind: 'output', status: 0, stdout, stderr: '' }
  }

  readonly app = consoleApp(this)
}
