import { recover } from '../apply/journal.ts'
import { applyPlan, type Context, databaseLoader, expandAll, planOutputs } from '../apply/run.ts'
import type { Records } from '../db/record.ts'
import type { Plan } from '../plan/plan.ts'
import { chooseServiceManager } from '../service/choose.ts'
import type { ServiceManager } from '../service/manager.ts'
import { compareBytes } from '../system/byte-order.ts'
import { EXIT, Failure } from '../system/failure.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { searchList } from '../template/tree.ts'
import { adjustServices, collectAdjustments, type Request } from './adjust.ts'
import { fillDatabases, initializesDatabases, runHandler } from './handlers.ts'
import { type Event, type Handler, loadEvent } from './load.ts'
import { type Turn, takeTurn } from './one-at-a-time.ts'
import { joinRequests, readPending, takeJoined, writePending } from './pending.ts'
import type { Reporter } from './report.ts'

/** These events only prepare: services are started by the boot that follows (SME Server, adjust-services). */
const WITHOUT_SERVICES = new Set(['post-upgrade', 'bootstrap-console-save'])

/**
 * Runs an event: its actions in byte order, at `S05` expansion, validation and commit as one step, at `S90` the services.
 * A failing action makes the event fail, and the others still run; when the files cannot be made, everything stops there:
 * nothing is written and no service is touched.
 * @returns the exit status
 * @throws Failure for an unknown event, or when another one holds the lock for too long
 */
export async function runEvent(
  name: string,
  args: readonly string[],
  places: Places,
  system: System,
  report: Reporter,
): Promise<number> {
  const event = loadEvent(places, name)
  if (system.dryRun) return new EventRun(event, args, places, system, report).run(NO_TURN)
  const turn = takeTurn(places, `signal-event ${name}`)
  try {
    if (!turn.joined) {
      const message = recover(places, system)
      if (message !== undefined) report({ kind: 'recovered', message })
    }
    return await new EventRun(event, args, places, system, report).run(turn)
  } finally {
    turn.release()
  }
}

const NO_TURN: Turn = { joined: false, token: '', release: () => undefined }

class EventRun {
  readonly #event: Event
  readonly #args: readonly string[]
  readonly #places: Places
  readonly #system: System
  readonly #report: Reporter
  /** Databases as a dry run's initialisation would leave them. */
  readonly #replaced = new Map<string, Records>()
  #failed = false
  #requests: Request[] = []

  constructor(event: Event, args: readonly string[], places: Places, system: System, report: Reporter) {
    this.#event = event
    this.#args = args
    this.#places = places
    this.#system = system
    this.#report = report
  }

  async run(turn: Turn): Promise<number> {
    for (const step of this.#steps(turn)) {
      try {
        await step.run()
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        this.#report({ kind: 'problem', message: error.describe() })
        return error.status
      }
    }
    return this.#failed ? EXIT.failed : EXIT.done
  }

  #steps(turn: Turn): { name: string; run: () => Promise<void> }[] {
    const { handlers, templates } = this.#event
    const steps = handlers.map(handler => ({ name: handler.name, run: () => this.#handle(handler, turn) }))
    if (templates.length > 0) steps.push({ name: 'S05generic_template_expand', run: () => this.#expand() })
    steps.push({ name: 'S90adjust-services', run: () => this.#adjust(turn, true) })
    steps.sort((a, b) => compareBytes(a.name, b.name))
    // An action after S90 may have signalled an event of its own.
    return turn.joined || this.#system.dryRun ? steps : [...steps, { name: '', run: () => this.#adjust(turn, false) }]
  }

  async #handle(handler: Handler, turn: Turn): Promise<void> {
    if (initializesDatabases(handler, this.#places)) {
      const databases = fillDatabases(this.#places, !this.#system.dryRun, this.#report)
      for (const { name, after, failure } of databases) {
        if (failure !== undefined) this.#failed = true
        else if (this.#system.dryRun) this.#replaced.set(name, after)
      }
    } else if (this.#system.dryRun) this.#report({ kind: 'would-run', handler: handler.name })
    else {
      const event = { name: this.#event.name, args: this.#args, token: turn.token }
      if (!(await runHandler(handler, event, this.#places, this.#system, this.#report))) this.#failed = true
    }
  }

  async #expand(): Promise<void> {
    const context: Context = {
      places: this.#places,
      system: this.#system,
      replaced: this.#replaced,
      layers: searchList(this.#places),
      event: { name: this.#event.name, args: this.#args },
      warn: message => this.#report({ kind: 'warning', message }),
    }
    const templates = this.#event.templates
    const plan = planOutputs(context, expandAll(context, templates), templates)
    this.#requests.push(...notifications(plan))
    if (this.#system.dryRun) {
      this.#report({ kind: 'plan', plan })
      return applyPlan(context, plan)
    }
    // Remembered before the first rename: a crash behind it must not lose the adjustment of a changed file.
    const pending = readPending(this.#places)
    writePending(this.#places, distinct([...pending, ...this.#requests]))
    try {
      await applyPlan(context, plan)
    } catch (error) {
      writePending(this.#places, pending)
      throw error
    }
    this.#report({ kind: 'plan', plan })
  }

  /** @param first also asks what the event itself lists; the second time only what joined events handed over */
  async #adjust(turn: Turn, first: boolean): Promise<void> {
    if (WITHOUT_SERVICES.has(this.#event.name)) return this.#forgetNotifications()
    const asked = first ? [...this.#requests, ...this.#listed()] : []
    if (turn.joined) return joinRequests(this.#places, asked)
    const joined = this.#system.dryRun ? [] : takeJoined(this.#places)
    const pending = first ? readPending(this.#places) : []
    const requests = [...pending, ...asked, ...joined]
    if (requests.length === 0) return
    const load = databaseLoader({ places: this.#places, replaced: this.#replaced })
    const configuration = load('configuration')
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) this.#report({ kind: 'warning', message })
    for (const message of problems) this.#report({ kind: 'problem', message })
    if (problems.length > 0) this.#failed = true
    const property = configuration.get('gabarit')?.properties.get('ServiceManager')
    const manager = chooseServiceManager(this.#places.root, property)
    if (this.#system.dryRun) return this.#announce(adjustments, manager)
    const failed = await adjustServices(adjustments, manager, this.#system, result =>
      this.#report({ kind: 'service', result }),
    )
    if (failed.length > 0) this.#failed = true
    const names = new Set(failed.map(({ service }) => service))
    const again = requests.filter(({ service }) => names.has(service))
    const waiting = first ? [] : readPending(this.#places).filter(({ service }) => !names.has(service))
    writePending(this.#places, [...waiting, ...distinct(again)])
  }

  /** What boots afterwards reads the new files anyway. */
  #forgetNotifications(): void {
    if (this.#system.dryRun) return
    const mine = new Set(this.#requests.map(({ service }) => service))
    writePending(
      this.#places,
      readPending(this.#places).filter(({ service }) => !mine.has(service)),
    )
  }

  #announce(adjustments: ReturnType<typeof collectAdjustments>['adjustments'], manager: ServiceManager): void {
    for (const { service, unit, actions } of adjustments)
      for (const action of actions)
        this.#report({ kind: 'would-adjust', service, command: manager.describe(unit, action) })
  }

  #listed(): Request[] {
    return this.#event.services.flatMap(({ service, words, file }) =>
      (words.length === 0 ? [''] : words).map(word => ({ service, word, source: file })),
    )
  }
}

function notifications(plan: Plan): Request[] {
  return plan.notify.map(entry => {
    const [service = '', word = ''] = entry.split(':')
    return { service, word, source: 'notify' }
  })
}

function distinct(requests: readonly Request[]): Request[] {
  return [...new Map(requests.map(request => [`${request.service}:${request.word}`, request])).values()]
}
