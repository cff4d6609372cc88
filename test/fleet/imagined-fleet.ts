import { type Decision, decide } from '../../src/modules/fleet/rollout/decide.ts'
import { afterAbsence, type Observed, observe, type Report } from '../../src/modules/fleet/rollout/observed.ts'
import type { Rollout } from '../../src/modules/fleet/rollout/rollout.ts'
import { NEW, type Status } from '../../src/modules/fleet/rollout/status.ts'

export const MINUTE = 60_000
export const RELEASE = 7

/** A fleet whose clock and hosts a test moves. */
export class ImaginedFleet {
  rollout: Rollout
  now = 1000
  readonly reports = new Map<string, Report>()
  readonly placed = new Map<string, number>()
  readonly members: Set<string>
  #observed: ReadonlyMap<string, Observed> = new Map()

  constructor(waves: string[][], more: Partial<Rollout> = {}) {
    this.members = new Set(waves.flat())
    this.rollout = {
      ...{
        release: RELEASE,
        attempt: 1,
        waves,
        wave: 0,
        state: 'running',
        reason: '',
        soak: 60,
        within: 600,
        atOnce: 50,
      },
      ...more,
    }
    for (const host of this.members) this.say(host, {})
    this.look()
  }

  /** A host reports. */
  say(host: string, status: Partial<Status>): void {
    const before = this.reports.get(host)
    const revision = (before?.revision ?? 0) + 1
    this.reports.set(host, { status: { ...NEW, ...before?.status, ...status }, count: revision, revision, request: '' })
  }

  take(...hosts: string[]): void {
    const { attempt } = this.rollout
    for (const host of hosts) this.say(host, { at: RELEASE, release: RELEASE, attempt, state: 'confirmed' })
    this.look()
  }

  goBack(host: string, reason: string): void {
    this.say(host, { release: RELEASE, attempt: this.rollout.attempt, state: 'went back', reason })
  }

  look(): void {
    this.#observed = observe(this.#observed, this.reports, this.members, this.now)
  }

  /** Time passes, and these hosts report once a minute. */
  pass(minutes: number, ...hosts: string[]): void {
    for (let minute = 0; minute < minutes; minute++) {
      this.now += MINUTE
      for (const host of hosts) this.say(host, {})
      this.look()
    }
  }

  comeBack(): void {
    this.#observed = afterAbsence(this.#observed, this.now)
  }

  /** The next step, carried out. */
  step(): Decision {
    this.look()
    const { rollout, placed, now } = this
    const decision = decide({ rollout, observed: this.#observed, placed, interval: MINUTE, now })
    if (decision.do === 'place') for (const host of decision.hosts) placed.set(host, now)
    if (decision.do === 'change') this.rollout = decision.rollout
    return decision
  }

  /** All steps until it waits. @returns who got an order */
  run(): readonly string[] {
    const placed: string[] = []
    for (;;) {
      const decision = this.step()
      if (decision.do === 'place') placed.push(...decision.hosts)
      if (decision.do === 'wait') return placed
    }
  }
}
