import { EXIT, Failure } from '../../base/failure.ts'
import { changeDatabase } from '../../db/change.ts'
import { Certificates } from './certificates.ts'
import { issue } from './issue.ts'
import { dueCertificates, untestedCertificates } from './renewal.ts'
import { putIntoService } from './serve.ts'
import { missingSettings, oldAddresses, readSettings, refuseMissing, type Settings } from './settings.ts'
import { type CheckOptions, checkNames } from './setup-check.ts'
import type { State } from './state.ts'
import type { Mode, WantedCertificate, World } from './world.ts'

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
    await this.#apply()
    for (const mode of ['test', 'production'] as const) {
      const certificates = this.#certificates(mode)
      certificates.adoptAll()
      certificates.warnOfDamages()
    }
    const unchecked = this.#certificates('production')
    const checked = dueCertificates(unchecked).length === 0 ? 'fine' : await checkNames(unchecked, this.#options)
    if (checked === 'failed') return EXIT.failed
    if (checked === 'names were left out') await this.#apply()
    const test = this.#certificates('test')
    const untested = untestedCertificates(test, this.#certificates('production'), this.#options.testOnly)
    if (!(await this.#issueAll(test, untested))) return EXIT.failed
    if (this.#options.testOnly) {
      this.#world.say('the test authority issues certificates for all names; these are never served')
      return EXIT.done
    }
    if (this.#settings.status !== 'enabled') {
      this.#setStatus('enabled')
      await this.#apply()
    }
    const production = this.#certificates('production')
    const issued = await this.#issueAll(production, dueCertificates(production))
    const asked = new Set(production.wanted.map(({ name }) => name))
    const served = await putIntoService(production, this.#state, asked, 'To try again: gabarit letsencrypt renew')
    return issued && served ? EXIT.done : EXIT.failed
  }

  /** Gets each separately: one that fails does not block the others. @returns whether none failed */
  async #issueAll(certificates: Certificates, open: readonly WantedCertificate[]): Promise<boolean> {
    const { say, warn, clock } = this.#world
    const { mode, directory } = certificates.authority
    let ok = true
    for (const wanted of open) {
      say(`${wanted.name}: asking the ${mode} authority ${directory} for ${wanted.names.length} names`)
      const problem = await issue(certificates, wanted, this.#state, this.#options.force)
      if (problem === undefined) continue
      // The renewal continues with production automatically; a person repeats the test.
      if (mode === 'production') this.#state.failed(certificates.stateKey(wanted.name), problem, clock.now())
      warn(`${wanted.name}: ${problem.message}\n  ${problem.hint}\n  Then repeat: gabarit letsencrypt setup`)
      ok = false
    }
    return ok
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
    const { places, command } = this.#world
    changeDatabase(places, 'configuration', { command }, draft => draft.setprop('letsencrypt', properties))
    this.#settings = readSettings(places)
  }

  async #apply(): Promise<void> {
    const status = await this.#world.signal('letsencrypt-modify')
    const hint = 'Fix what it reports, then repeat this command.'
    if (status !== EXIT.done) throw new Failure('the event letsencrypt-modify failed', { status, hint })
  }

  #certificates(mode: Mode): Certificates {
    return new Certificates(this.#world, this.#settings, mode)
  }
}
