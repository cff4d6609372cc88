import { setTimeout as pause } from 'node:timers/promises'
import type { Descriptions } from '../db/describe.ts'
import type { HealthDescription } from '../db/description.ts'
import type { DbRecord, Records } from '../db/record.ts'
import { heldPorts } from '../effective/held-ports.ts'
import { lastWell } from '../state/well.ts'
import { answers } from '../system/answers.ts'
import type { Places } from '../system/places.ts'
import type { Adjustment } from '../system/service/adjustment.ts'
import { crashLoop, isIll, LATELY, mendedAfter } from '../system/service/crashes.ts'
import type { Crash, ServiceManager, Unit } from '../system/service/manager.ts'
import type { System } from '../system/system.ts'

/** Time that a service has to come up, in milliseconds. */
const PATIENCE = 10_000
/** A service must stay up this long: one that dies at once, again and again, looks up in between. */
const STEADY = 700
const PAUSE = 50
/** Time limit of one check, in milliseconds. */
const LOOK = 5000

type Revive = (adjustment: Adjustment) => Promise<unknown>

/** Checks services before and after their adjustment. */
export class Health {
  readonly #managerOf: (unit: Unit) => ServiceManager
  readonly #descriptions: Descriptions
  readonly #places: Places
  readonly #run: (command: readonly string[]) => ReturnType<System['run']>

  constructor(managerOf: (unit: Unit) => ServiceManager, descriptions: Descriptions, system: System, places: Places) {
    this.#managerOf = managerOf
    this.#places = places
    this.#descriptions = descriptions
    this.#run = command => system.run(command, { cwd: '/', timeout: LOOK })
  }

  /** Names of the services that run now, and not only until their next end. A rollback only helps those. */
  async lasting(adjustments: readonly Adjustment[]): Promise<Set<string>> {
    const up = await this.running(adjustments)
    const looks = adjustments.map(async one =>
      up.has(one.service) && (await this.#loopOf(one)).length === 0 ? [one.service] : [],
    )
    return new Set((await Promise.all(looks)).flat())
  }

  /** Names of the services that run now. */
  async running(adjustments: readonly Adjustment[]): Promise<Set<string>> {
    const names = await Promise.all(
      adjustments.map(async ({ service, unit }) =>
        (await this.#managerOf(unit).isUp(this.#run, unit)) ? service : undefined,
      ),
    )
    return new Set(names.filter(name => name !== undefined))
  }

  /**
   * What is wrong with the first unhealthy service: its manager says that it does not run, the command of its description fails,
   * or a TCP port of its description does not answer on this machine.
   * @param revive starts a service that has ended, once: its port may have been in use by a service that freed it only
   *   afterwards (two web servers that swap ports)
   */
  async firstIll(
    adjustments: readonly Adjustment[],
    configuration: Records,
    revive: Revive = () => Promise.resolve(),
  ): Promise<string | undefined> {
    const looks = adjustments.map(async adjustment => {
      const record = configuration.get(adjustment.service)
      if (record === undefined || adjustment.actions.includes('stop')) return undefined
      const { health } = this.#descriptions.of('configuration', record.key, record.type) ?? {}
      const look = () => this.#look(adjustment, record, health)
      const problem = await this.#problem(adjustment, look, revive)
      if (problem === undefined) return undefined
      // The reason says more than that it is started again and again.
      const { service, unit } = adjustment
      const manager = this.#managerOf(unit)
      const find = () => heldPorts(manager, this.#run, unit, record, configuration, this.#places)
      const held = (await this.#hasEnded(adjustment)) ? await find() : ''
      const loops = held === '' && (await crashLoop(manager, this.#run, unit)).length > 0
      return loops ? `${service} does not come up: it ends and is started again and again` : problem + held
    })
    return (await Promise.all(looks)).find(problem => problem !== undefined)
  }

  async #problem(
    adjustment: Adjustment,
    look: () => Promise<string | undefined>,
    revive: Revive,
  ): Promise<string | undefined> {
    const deadline = Date.now() + PATIENCE
    let wellSince = Date.now()
    let revived = false
    const steady = await this.#steadyFor(adjustment)
    for (;;) {
      const isSteady = Date.now() - wellSince >= steady
      const problem = (await look()) ?? (isSteady ? await this.#crashed(adjustment, wellSince) : undefined)
      if (problem === undefined && isSteady) return undefined
      if (problem !== undefined) {
        if (!revived && (await this.#hasEnded(adjustment))) {
          revived = true
          await revive(adjustment)
        }
        if (Date.now() >= deadline) return problem
        wellSince = Date.now()
      }
      await pause(PAUSE)
    }
  }

  /** One that was in a crash loop must last longer than between two of its ends: it may take a while to fail. */
  async #steadyFor(adjustment: Adjustment): Promise<number> {
    return Math.min(Math.max(STEADY, mendedAfter(await this.#loopOf(adjustment))), PATIENCE)
  }

  #loopOf({ service, unit }: Adjustment): Promise<readonly Crash[]> {
    return crashLoop(this.#managerOf(unit), this.#run, unit, lastWell(this.#places, service))
  }

  /** A one-shot service has no process that could end. */
  async #hasEnded({ unit }: Adjustment): Promise<boolean> {
    const manager = this.#managerOf(unit)
    return manager.oneShot !== true && (await manager.isUp(this.#run, unit)) === false
  }

  /** Those that run, and not only until their next end. */
  async well(adjustments: readonly Adjustment[]): Promise<Adjustment[]> {
    const looks = adjustments.map(async adjustment => {
      const { service, unit } = adjustment
      const manager = this.#managerOf(unit)
      const ill = manager.oneShot !== true && (await isIll(manager, this.#run, unit, lastWell(this.#places, service)))
      return ill ? [] : [adjustment]
    })
    return (await Promise.all(looks)).flat()
  }

  /** Names of the services that have ended by themselves within the last minute. */
  async endedLately(adjustments: readonly Adjustment[]): Promise<string[]> {
    const since = Date.now() - LATELY
    const looks = adjustments.map(async ({ service, unit }) => {
      const crashes = await this.#managerOf(unit).crashes?.(this.#run, unit, since)
      return crashes === undefined || crashes.length === 0 ? [] : [service]
    })
    return (await Promise.all(looks)).flat()
  }

  /** What is wrong if it has ended in between, however well it looks when it is asked. */
  async #crashed({ service, unit }: Adjustment, since: number): Promise<string | undefined> {
    const crashes = (await this.#managerOf(unit).crashes?.(this.#run, unit, since)) ?? []
    return crashes.length > 0 ? `${service} does not come up` : undefined
  }

  async #look(
    { service, unit }: Adjustment,
    record: DbRecord,
    health: HealthDescription | undefined,
  ): Promise<string | undefined> {
    if ((await this.#managerOf(unit).isUp(this.#run, unit)) === false) return `${service} does not come up`
    if (health?.command !== undefined) {
      const { status, problem, output } = await this.#run(health.command)
      if (status !== 0)
        return `${service} is unhealthy: ${health.command.join(' ')}: ${problem ?? (output.trim() || `exit status ${status}`)}`
    }
    for (const property of health?.tcp ?? []) {
      const port = Number(record.properties.get(property))
      if (port > 0 && !(await answers({ port, host: '127.0.0.1' })))
        return `${service} is unhealthy: nothing answers on TCP port ${port}`
    }
    return undefined
  }
}
