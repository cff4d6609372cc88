import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine } from '../../src/cli/doctor/doctor.ts'
import { survey } from '../../src/event/survey.ts'
import { makeContext } from '../../src/plan/context.ts'
import { restorationTo } from '../../src/plan/restore-entry.ts'
import type { HistoryEntry } from '../../src/state/history/entry.ts'
import { History } from '../../src/state/history/history.ts'
import { DryRunSystem } from '../../src/system/real-system.ts'
import { readPending } from '../../src/transaction/requests.ts'
import { preloading } from '../support/sandbox.ts'
import { leftOvers } from './left-overs.ts'
import type { Site } from './site.ts'

export const PRELOAD = join(import.meta.dirname, 'at-step.cjs')

/** One step of a command: a change that it makes to a file. */
export interface Step {
  /** From 1. */
  readonly number: number
  /** `rename etc/.note.gabarit-new -> etc/note`, without what differs from run to run. */
  readonly name: string
}

/** What is the same whichever moment a command was cut off: either of the two, as a whole. */
interface Outlook {
  readonly state: Readonly<Record<string, string>>
  /** What `status` and `verify` would say. */
  readonly waits: string
  readonly pending: string
  readonly entries: readonly string[]
}

/** A command on a server that is ready for it, with what must be found before and after it. */
export class RunRequest {
  readonly name: string
  readonly command: readonly string[]
  readonly input: string
  readonly steps: readonly Step[]
  readonly before: Outlook
  readonly after: Outlook
  readonly #prototype: Site

  /** Carries the command out once, to know its steps and its result. */
  constructor(name: string, prototype: Site, command: readonly string[], input = '') {
    this.name = name
    this.command = command
    this.input = input
    this.#prototype = prototype
    this.before = outlook(prototype)
    const folder = mkdtempSync(join(tmpdir(), 'gabarit-steps-'))
    const notes = join(folder, 'notes')
    const site = prototype.copy()
    site.must(command, { input, env: atStep({ root: site.root, notes }) })
    this.steps = readFileSync(notes, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line, index) => ({ number: index + 1, name: withoutChance(line) }))
    this.after = outlook(site)
    site.remove()
    rmSync(folder, { recursive: true })
  }

  /** A server on which the command has still to be carried out. */
  site(root?: string): Site {
    return this.#prototype.copy(root)
  }

  /** The steps of which each is the only one of its kind, and the first and last of those that are alike. */
  get differentSteps(): readonly Step[] {
    const kinds = this.steps.map(({ name }) => name.replace(/(objects|written)\/\S+/g, '$1'))
    return this.steps.filter((_, at) => {
      const kind = kinds[at] ?? ''
      return kinds.indexOf(kind) === at || kinds.lastIndexOf(kind) === at
    })
  }

  /** Whether anything that counts is no longer as before. */
  isBegun(site: Site): boolean {
    return differences(this.before.state, site.state()).length > 0
  }

  /**
   * What is wrong with a server on which the command was cut off and another command has repaired what was left.
   * @returns `before` or `after`, and the problems: none, when the whole server is in one of these two states
   */
  async judge(site: Site): Promise<{ readonly found: 'before' | 'after'; readonly problems: readonly string[] }> {
    const state = site.state()
    const wrongBefore = differences(this.before.state, state)
    const wrongAfter = differences(this.after.state, state)
    const found = wrongBefore.length <= wrongAfter.length ? 'before' : 'after'
    const nearest = found === 'before' ? wrongBefore : wrongAfter
    const problems = nearest.map(line => `neither before nor after: ${line}`)
    const now = outlook(site)
    const wanted = this[found]
    if (now.waits !== wanted.waits) problems.push(`${found}: waits: ${now.waits} instead of ${wanted.waits}`)
    // Behind the commit the service has to be told, or has been.
    if (now.pending !== wanted.pending && !(found === 'after' && /^noted:reload(-or-restart)?$/.test(now.pending)))
      problems.push(`${found}: adjustments that wait: ${now.pending}`)
    if (now.entries.join() !== wanted.entries.join())
      problems.push(`${found}: the last entry of the history is ${now.entries.at(-1)}, not ${wanted.entries.at(-1)}`)
    problems.push(...(await complaints(site)), ...leftOvers(site))
    return { found, problems: [...problems] }
  }
}

/** Variables that have a command tell of its steps, and stop at one of them. */
export function atStep(options: {
  readonly root: string
  readonly notes?: string
  readonly step?: number
  readonly command?: readonly string[]
}): Record<string, string> {
  return { ...preloading(PRELOAD), GABARIT_TEST_STEP: JSON.stringify(options) }
}

/** Process numbers, times and what was drawn by lot. */
function withoutChance(line: string): string {
  return line.replace(/unfinished-\d+-\d+/g, 'unfinished').replace(/\.\d+-\w+\.new/g, '.new')
}

function outlook(site: Site): Outlook {
  const { places } = site
  const found = survey(makeContext(places, new DryRunSystem(places.root), () => undefined))
  const waits = found.plan.changes.map(({ path, kind }) => `${kind} ${path}`)
  const history = new History(places)
  return {
    state: site.state(),
    waits: [...waits, ...found.problems, ...found.properties.map(change => JSON.stringify(change))].join(', '),
    pending: readPending(places)
      .map(({ service, word }) => `${service}:${word}`)
      .join(),
    entries: history
      .ids()
      .map(id => history.entry(id))
      .filter(({ outcome }) => outcome !== 'refused')
      .map(describe),
  }
}

/** An entry without what may differ when it was cut off: how it ended, and the services it came to. */
function describe({ command, args, paths, properties }: HistoryEntry): string {
  return [command, ...args, ...paths, JSON.stringify(properties)].join(' ')
}

/**
 * What `gabarit doctor` would say; a service that still waits is no error, and no agent of a fleet runs on these sites. And whether
 * everything can be taken back.
 */
async function complaints(site: Site): Promise<string[]> {
  const { places } = site
  const errors = (await examine(places, new DryRunSystem(places.root), new Date())).filter(
    ({ id, level }) => (level === 'error' && id !== 'fleet') || (id === 'last-good' && level === 'warning'),
  )
  const found = errors.map(({ id, message }) => `doctor: ${id}: ${message}`)
  const history = new History(places)
  for (const id of history.ids())
    try {
      restorationTo(history.entry(id), history, places, new DryRunSystem(places.root))
    } catch (error) {
      found.push(`no way back to entry ${id}: ${error}`)
    }
  return found
}

function differences(wanted: Readonly<Record<string, string>>, found: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
  return names
    .filter(name => wanted[name] !== found[name])
    .map(name => `${name}: ${JSON.stringify(found[name])} instead of ${JSON.stringify(wanted[name])}`)
}
