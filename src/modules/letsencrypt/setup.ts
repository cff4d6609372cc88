import { EXIT, Failure } from '../../base/failure.ts'
import { changeDatabase } from '../../db/change.ts'
import { Certificates } from './certificates.ts'
import { issue } from './issue.ts'
import { issuedLine, stateKey } from './renew.ts'
import { dueCertificates, untestedCertificates } from './renewal.ts'
import { putIntoService } from './serve.ts'
import { readSettings, type Settings } from './settings.ts'
import { correctAddresses, missingSettings, oldAddresses, refuseMissing } from './settings-check.ts'
import { checkNames } from './setup-check.ts'
import type { State } from './state.ts'
import type { Mode, WantedCertificate, World } from './world.ts'

/** Options of the setup. */
export interface SetupOptions {
  /** Stop after the test authority. */
  readonly testOnly: boolean
  /** Exclude the names that fail the checks. */
  readonly dropFailing: boolean
  /** Checks to skip, or `all`. */
  readonly skip: ReadonlySet<string>
  /** Ask even beyond the limits of the authority. */
  readonly force: boolean
}

/**
 * Gets certificates and puts them into service: checks, test authority, production, services. Each step first checks whether
 * it is already done, so repeating the command continues where it stopped or was killed.
 * @returns the exit status
 * @throws Failure (refused) if a setting is missing
 */
export async function setUp(state: State, world: World, options: SetupOptions): Promise<number> {
  return new Setup(state, world, options).run()
}

class Setup {
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
    if (dueCertificates(this.#certificates('production'), this.#world).length > 0 && !(await this.#check()))
      return EXIT.failed
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
    const checked = await checkNames(this.#certificates('production'), this.#world, this.#options)
    if (checked === 'names were left out') await this.#mustSignal('letsencrypt-modify')
    return checked !== 'failed'
  }

  /** @returns false if the test authority issued no certificate */
  async #test(): Promise<boolean> {
    const test = this.#certificates('test')
    const open = untestedCertificates(test, this.#certificates('production'), this.#world, this.#options.testOnly)
    return (await this.#issueAll(test, open)).length === 0
  }

  async #produce(): Promise<number> {
    const production = this.#certificates('production')
    const failed = await this.#issueAll(production, dueCertificates(production, this.#world))
    const asked = new Set(production.wanted.map(({ name }) => name))
    const problem = await putIntoService(production, this.#state, this.#world, asked)
    if (problem !== undefined) this.#world.warn(`${problem}\n  To try again: gabarit letsencrypt renew`)
    return failed.length === 0 && problem === undefined ? EXIT.done : EXIT.failed
  }

  /** Gets each separately: one that fails does not block the others. @returns those that failed */
  async #issueAll(certificates: Certificates, open: readonly WantedCertificate[]): Promise<string[]> {
    const { say, warn, clock } = this.#world
    const { mode, directory } = certificates.authority
    const failed: string[] = []
    for (const wanted of open) {
      say(`${wanted.name}: asking the ${mode} authority ${directory} for ${wanted.names.length} names`)
      const result = await issue(certificates, wanted, this.#world, this.#options.force)
      const key = stateKey(certificates, wanted.name)
      if ('certificate' in result) {
        this.#state.succeeded(key)
        say(issuedLine(result.certificate))
        continue
      }
      const { message, hint } = result.failure
      // The renewal continues with production automatically; a person repeats the test.
      if (mode === 'production') this.#state.failed(key, result.failure, clock.now())
      warn(`${wanted.name}: ${message}\n  ${hint}\n  Then repeat: gabarit letsencrypt setup`)
      failed.push(wanted.name)
    }
    return failed
  }

  #correct(): void {
    const old = oldAddresses(this.#settings)
    if (old.length === 0) return
    correctAddresses(this.#world.places, old)
    for (const { property, old: from, address } of old)
      this.#world.warn(`${property} was ${from}, an ACME version 1 URL that no longer works; now ${address}`)
    this.#settings = readSettings(this.#world.places)
  }

  #setStatus(status: 'test' | 'enabled'): void {
    const { places, say } = this.#world
    changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt setup' }, draft =>
      draft.setprop('letsencrypt', 'status', status),
    )
    this.#settings = readSettings(places)
    say(`letsencrypt: status ${status}`)
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
