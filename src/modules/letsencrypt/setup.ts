import { EXIT, Failure } from '../../base/failure.ts'
import { changeDatabase } from '../../db/change.ts'
import { Certificates } from './certificates.ts'
import { issue } from './issue.ts'
import { dueCertificates, untestedCertificates } from './renewal.ts'
import { putIntoService } from './serve.ts'
import { readSettings, type Settings } from './settings.ts'
import { missingSettings, oldAddresses, refuseMissing } from './settings-check.ts'
import { type CheckOptions, checkNames } from './setup-check.ts'
import type { State } from './state.ts'
import type { Mode, WantedCertificate, World } from './world.ts'

/** Options of the setup. */
interface SetupOptions extends CheckOptions {
  /** Stop after the test authority. */
  readonly testOnly: boolean
  /** Ask even beyond the limits of the authority. */
  readonly force: boolean
}

/**
 * Gets certificates and puts them into service: checks, test authority, production, services. Each step first checks whether
 * it is already done, so repeating the command continues where it stopped or was killed.
 */
export class Setup {
  readonly #state: State
  readonly #world: World
  readonly #options: SetupOptions
  #settings: Settings

  constructor(state: State, world: World, options: SetupOptions) {
    this.#state = state
    this.#world = world
    this.#options = options
    this.#settings = readSettings(world.places)
  }

  /**
   * @returns the exit status
   * @throws Failure (refused) if a setting is missing
   */
  async run(): Promise<number> {
    this.#correct()
    refuseMissing(missingSettings(this.#settings, this.#certificates('production').wanted))
    // Creates the folders and files that everything below needs, and reloads the web server if its file changed.
    if (this.#settings.status === 'disabled') this.#setStatus('test')
    await this.#mustSignal('letsencrypt-modify')
    for (const mode of ['test', 'production'] as const) {
      const certificates = this.#certificates(mode)
      certificates.adoptAll()
      certificates.warnOfDamages()
    }
    if (dueCertificates(this.#certificates('production')).length > 0 && !(await this.#check())) return EXIT.failed
    if (!(await this.#test())) return EXIT.failed
    if (this.#options.testOnly) {
      this.#world.say('the test authority issues certificates for all names; these are never served')
      return EXIT.done
    }
    if (this.#settings.status !== 'enabled') {
      this.#setStatus('enabled')
      await this.#mustSignal('letsencrypt-modify')
    }
    return this.#produce()
  }

  /** @returns false if names fail and are not excluded */
  async #check(): Promise<boolean> {
    const checked = await checkNames(this.#certificates('production'), this.#options)
    if (checked === 'names were left out') await this.#mustSignal('letsencrypt-modify')
    return checked !== 'failed'
  }

  /** @returns false if the test authority issued no certificate */
  async #test(): Promise<boolean> {
    const test = this.#certificates('test')
    const open = untestedCertificates(test, this.#certificates('production'), this.#options.testOnly)
    return (await this.#issueAll(test, open)).length === 0
  }

  async #produce(): Promise<number> {
    const production = this.#certificates('production')
    const failed = await this.#issueAll(production, dueCertificates(production))
    const asked = new Set(production.wanted.map(({ name }) => name))
    const served = await putIntoService(production, this.#state, asked, 'To try again: gabarit letsencrypt renew')
    return failed.length === 0 && served ? EXIT.done : EXIT.failed
  }

  /** Gets each separately: one that fails does not block the others. @returns those that failed */
  async #issueAll(certificates: Certificates, open: readonly WantedCertificate[]): Promise<string[]> {
    const { say, warn, clock } = this.#world
    const { mode, directory } = certificates.authority
    const failed: string[] = []
    for (const wanted of open) {
      say(`${wanted.name}: asking the ${mode} authority ${directory} for ${wanted.names.length} names`)
      const problem = await issue(certificates, wanted, this.#state, this.#options.force)
      if (problem === undefined) continue
      // The renewal continues with production automatically; a person repeats the test.
      if (mode === 'production') this.#state.failed(certificates.stateKey(wanted.name), problem, clock.now())
      warn(`${wanted.name}: ${problem.message}\n  ${problem.hint}\n  Then repeat: gabarit letsencrypt setup`)
      failed.push(wanted.name)
    }
    return failed
  }

  #correct(): void {
    const old = oldAddresses(this.#settings)
    if (old.length === 0) return
    this.#set(Object.fromEntries(old.map(({ property, address }) => [property, address])))
    for (const { property, old: from, address } of old)
      this.#world.warn(`${property} was ${from}, an ACME version 1 URL that no longer works; now ${address}`)
  }

  #setStatus(status: 'test' | 'enabled'): void {
    this.#set({ status })
    this.#world.say(`letsencrypt: status ${status}`)
  }

  #set(properties: Readonly<Record<string, string>>): void {
    const { places } = this.#world
    changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt setup' }, draft =>
      draft.setprop('letsencrypt', properties),
    )
    this.#settings = readSettings(places)
  }

  async #mustSignal(event: string): Promise<void> {
    const status = await this.#world.signal(event)
    if (status !== 0)
      throw new Failure(`the event ${event} failed`, {
        status,
        hint: 'Fix what it reports, then repeat this command.',
      })
  }

  #certificates(mode: Mode): Certificates {
    return new Certificates(this.#world, this.#settings, mode)
  }
}
