import { EXIT, Failure } from '../../base/failure.ts'
import { changeDatabase } from '../../db/change.ts'
import { correctAddresses, oldAddresses } from './addresses.ts'
import { Certificates } from './certificates.ts'
import { dueCertificates, untestedCertificates } from './due.ts'
import { issue } from './issue.ts'
import { issuedLine, stateKey } from './renew.ts'
import { putIntoService } from './serve.ts'
import { readSettings, type Settings } from './settings.ts'
import { missingSettings, refuseMissing } from './settings-check.ts'
import { checkNames } from './setup-check.ts'
import type { State } from './state.ts'
import type { Mode, WantedCertificate } from './types.ts'
import type { World } from './world.ts'

/** What the setup is asked for. */
export interface SetupOptions {
  /** End when the test authority has shown that it works. */
  readonly testOnly: boolean
  /** Leave out the names that fail the checks. */
  readonly dropFailing: boolean
  /** Checks to leave out, or `all`. */
  readonly skip: ReadonlySet<string>
  /** Ask beyond the limits of the authority. */
  readonly force: boolean
}

/**
 * From the settings to official certificates that are served: checks, test authority, production, services. Each step
 * looks first whether it is done, so the same command goes on where it stopped or was killed.
 * @returns the exit status
 * @throws Failure (refused) when a setting is missing
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
    // Makes the folders and files that everything below needs; reloads the web server when its file changed.
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
      this.#world.say('the test authority gives certificates for all names; nothing of it is served')
      return EXIT.done
    }
    if (this.#settings.status !== 'enabled') {
      this.#setStatus('enabled')
      await this.#mustSignal('letsencrypt-modify')
    }
    return this.#produce()
  }

  /** @returns false when names fail and are not left out */
  async #check(): Promise<boolean> {
    const checked = await checkNames(this.#certificates('production'), this.#world, this.#options)
    if (checked === 'names were left out') await this.#mustSignal('letsencrypt-modify')
    return checked !== 'failed'
  }

  /** @returns false when the test authority gave no certificate */
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
    if (problem !== undefined) this.#world.warn(`${problem}\n  Tried again by: gabarit letsencrypt renew`)
    return failed.length === 0 && problem === undefined ? EXIT.done : EXIT.failed
  }

  /** Each by itself: one that fails does not keep the others from coming. @returns those that failed */
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
      const { message, hint, until } = result.failure
      // The renewal goes on with production by itself; the test is repeated by a person.
      if (mode === 'production') this.#state.failed(key, message, hint, clock.now(), until)
      warn(`${wanted.name}: ${message}\n  ${hint}\n  Then again: gabarit letsencrypt setup`)
      failed.push(wanted.name)
    }
    return failed
  }

  #correct(): void {
    const old = oldAddresses(this.#settings)
    if (old.length === 0) return
    correctAddresses(this.#world.places, old)
    for (const { property, old: from, address } of old)
      this.#world.warn(`${property} was ${from}, an address of ACME version 1 where nobody answers; now ${address}`)
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
        hint: 'Mend what it says; then the same command again.',
      })
  }

  #certificates(mode: Mode): Certificates {
    return new Certificates(this.#world, this.#settings, mode)
  }
}
