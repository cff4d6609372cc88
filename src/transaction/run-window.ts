import { randomBytes } from 'node:crypto'
import { refusal, usageFailure } from '../base/failure.ts'
import { secretValues } from '../db/secrets.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { isSensitive } from '../plan/sensitive.ts'
import { CONFIRMATION, type Confirmation, keptSecrets, removeConfirmation, windowOf } from '../state/confirmation.ts'
import type { HistoryEntry, PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import { formerPins } from '../state/pins.ts'
import { isRemote } from '../system/accounts.ts'
import type { Request } from '../system/service/adjustment.ts'
import { managersOf } from '../system/service/one-shot.ts'
import type { Companion } from '../system/state-file.ts'
import { opensByDefault, windowOfServices } from './default-window.ts'
import { distinct } from './requests.ts'
import type { Run } from './run.ts'
import { startGuard } from './start-guard.ts'

/**
 * In addition to the files that decide whether the server can be reached: access through a tunnel. Not what makes certificates
 * and profiles: no daemon reads it.
 */
const TUNNEL = /^\/etc\/(openvpn\/(?!easy-rsa\/|profiles\/)|wireguard\/)/

/**
 * Whether a run is rolled back unless confirmed: if requested, or, in a remote shell, if it adjusts a service whose description
 * says so.
 */
export class RunWindow {
  readonly #run: Run
  readonly #first: number
  /** Whether its services can set a window. */
  readonly #byServices: boolean
  readonly #token = randomBytes(8).toString('hex')
  /** The length in seconds, and what to roll back to; undefined: nothing is rolled back automatically. */
  #armed: { readonly within: number; readonly base: HistoryEntry } | undefined

  /**
   * @param first the number of the run's first history entry: an action may have signalled an event before it
   * @throws Failure (refused) if there is nothing to roll back to
   */
  constructor(run: Run, first: number) {
    const { confirmWithin, windowOfServices = false } = run.request
    this.#run = run
    this.#first = first
    this.#byServices = windowOfServices && confirmWithin === undefined && opensByDefault(run.context)
    this.#arm(confirmWithin)
  }

  #arm(within: number | undefined): void {
    if (within === undefined) return
    const { lock, context } = this.#run
    if (lock.joined)
      throw usageFailure('--confirm-within is for the running event, not for one that its action signals')
    const base = new History(context.places).lastWhole(this.#first)
    if (base === undefined)
      throw refusal('there is no state to roll back to: no event has run yet', {
        hint: 'Signal the first event without --confirm-within.',
      })
    this.#armed = { within, base }
  }

  /** Identifies the confirmation; undefined: nothing is rolled back automatically. */
  get token(): string | undefined {
    return this.#armed && this.#token
  }

  /**
   * Receives the plan and the services that will be adjusted, before the files are committed.
   * @throws Failure (refused) for an unknown service manager, before a file changes
   */
  openFor(plan: Plan, requests: readonly Request[]): void {
    const { context, lock } = this.#run
    const { places, system, descriptions } = context
    const configuration = databaseLoader(context)('configuration')
    managersOf(configuration, places, system)
    const services = requests.map(({ service }) => service)
    if (this.#byServices) this.#arm(windowOfServices(services, configuration, descriptions))
    if (!lock.joined && this.#armed === undefined) this.#suggest(plan)
  }

  /** Suggests a window for a plan that may cut off the current remote shell. */
  #suggest({ changes }: Plan): void {
    const { context, request, report } = this.#run
    if (request.closes !== undefined || !isRemote(context.system.env)) return
    const [first, ...more] = changes.map(({ path }) => path).filter(path => isSensitive(path) || TUNNEL.test(path))
    if (first === undefined) return
    const files = more.length === 0 ? first : `${first} and ${more.length} more`
    const advice = 'with --confirm-within 10m the change rolls back automatically unless you confirm'
    report({ kind: 'warning', message: `${files} may cut off this remote shell; ${advice}` })
  }

  /**
   * The pending confirmation as a file of the commit; none if nothing changes.
   * @param changes of properties that are made with the files
   * @param findLost finds the files that could not be restored
   * @throws Failure (refused) if there are such files
   */
  companions(plan: Plan, changes: readonly PropertyChange[], findLost: () => readonly string[]): Companion[] {
    if (this.#armed === undefined) return []
    const { context, request, report } = this.#run
    const { places } = context
    const { within, base } = this.#armed
    if (plan.changes.length + changes.length === 0 && changesSince(places, base).length === 0) {
      report({ kind: 'confirmation', message: 'nothing changes, so there is nothing to confirm' })
      return []
    }
    const lost = findLost()
    if (lost.length > 0) {
      const why = 'it contains a secret that has changed since, and secrets are not kept'
      throw refusal(lost.map(path => `${path} could not be rolled back: ${why}`).join('\n'), {
        hint: 'Nothing was changed. Use --confirm-within no.',
      })
    }
    const confirmation: Confirmation = {
      ...request.asked,
      ...{ token: this.#token, base: base.id, within, window: windowOf(within) },
      ...{ requests: [], secrets: keptSecrets(secretValues(places), places), problem: null },
      ...(request.pins === undefined ? {} : { pins: formerPins(request.pins) }),
      alongside: (request.alongside ?? []).map(({ name, before }) => ({ name, before })),
      replaced: request.replaced ?? [],
    }
    const placed = () => startGuard(context, this.#token)
    return [{ ...CONFIRMATION.companion(places, confirmation), placed }]
  }

  /** Records what is requested of services, to request it again on rollback. */
  remember(requests: readonly Request[]): void {
    const open = this.#open()
    if (open !== undefined)
      CONFIRMATION.write(this.#run.context.places, { ...open, requests: distinct([...open.requests, ...requests]) })
  }

  /** The run has ended, so the window opens now, if something is waiting for confirmation. */
  open(): void {
    const open = this.#open()
    if (open === undefined) return
    const window = windowOf(open.within)
    CONFIRMATION.write(this.#run.context.places, { ...open, window })
    this.#run.report({ kind: 'window', until: window.until, within: open.within })
  }

  /** The change has already been rolled back. */
  disarm(): void {
    if (this.#open() !== undefined) removeConfirmation(this.#run.context.places, this.#token)
  }

  #open(): Confirmation | undefined {
    const open = this.#armed && CONFIRMATION.read(this.#run.context.places)
    return open?.token === this.#token ? open : undefined
  }
}
