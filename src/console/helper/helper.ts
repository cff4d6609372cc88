import { EXIT } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import { engineCommand, programFolder } from '../../system/programs.ts'
import type { System } from '../../system/system.ts'
import { Gateway } from '../access/gateway.ts'
import type { Site } from '../access/passkeys.ts'
import { closeSessions, useSession } from '../access/sessions.ts'
import { type Answer, type Asked, type Request, refused } from '../protocol.ts'
import { type Allowed, type Permit, permitOf } from './allowed.ts'
import { Entrance } from './entrance.ts'
import { Plans } from './plans.ts'
import type { Runs } from './runs.ts'

/** Milliseconds for a command that only reads, and the bytes that it may print. */
const QUICK = { timeout: 120_000, mostOutput: 16 << 20 }

/** The part of the console that runs as root. It knows who is logged in, and what may be run. */
export class Helper {
  readonly #places: Places
  readonly #system: System
  readonly #allowed: Allowed
  readonly #runs: Runs
  readonly #entrance: Entrance
  readonly #gateway: Gateway
  readonly #plans = new Plans()

  constructor(places: Places, system: System, allowed: Allowed, runs: Runs, site: () => Site) {
    this.#places = places
    this.#system = system
    this.#allowed = allowed
    this.#runs = runs
    this.#gateway = new Gateway(places)
    this.#entrance = new Entrance(places, site, this.#gateway)
  }

  /** Answers a request. @param tell takes what comes before the last answer @param gone whether nobody listens any more */
  async answer(request: Request, tell: (answer: Answer) => void, gone: () => boolean): Promise<Answer> {
    switch (request.ask) {
      case 'login':
        return this.#entrance.login(request)
      case 'askPasskey':
        return this.#entrance.askPasskey()
      case 'loginByPasskey':
        return this.#entrance.loginByPasskey(request)
      case 'loginBySso':
        return this.#entrance.loginBySso(request)
      case 'invited':
      case 'accept':
        return this.#entrance.invited(request)
      case 'logout':
        return this.#logout(request.session)
    }
    const user = await this.#userOf(request.session)
    if (user === undefined) return refused('session', 'You are not logged in, or no longer.')
    if (request.ask === 'whoami') return { kind: 'user', user, origin: this.#entrance.origin }
    if (request.ask === 'run') return this.#run(request, user)
    if (request.ask === 'askNewPasskey') return this.#entrance.askNewPasskey(request, user)
    if (request.ask === 'addPasskey') return this.#entrance.addPasskey(request, user)
    if (!this.#runs.has(request.run)) return refused('forbidden', 'There is no such run.')
    tell({ kind: 'command', words: this.#runs.wordsOf(request.run) })
    const line = (at: number, text: string) => tell({ kind: 'line', at, line: text })
    return { kind: 'ended', status: await this.#runs.follow(request.run, request.from, line, gone) }
  }

  #logout(session: string): Answer {
    const byGateway = useSession(this.#places, session)?.gateway !== undefined
    closeSessions(this.#places, { token: session })
    return { kind: 'done', byGateway }
  }

  /** Whose session it is; undefined if it has ended, here or at the identity provider. */
  async #userOf(token: string): Promise<string | undefined> {
    const session = useSession(this.#places, token)
    if (session?.gateway === undefined) return session?.user
    const found = await this.#gateway.whose(session.gateway)
    // While the gateway does not answer nobody gets in, but it may answer again.
    if (found === 'ended') closeSessions(this.#places, { token })
    return found !== 'ended' && found?.user === session.user ? session.user : undefined
  }

  async #run(request: Asked['run'], user: string): Promise<Answer> {
    const { words, input, session, address, language } = request
    const permit = permitOf(words, this.#allowed)
    if (permit === undefined) return refused('forbidden', `The console may not run this: ${words.join(' ')}`)
    const problem = await this.#approve(permit, request, user)
    if (problem !== undefined) return problem
    const command = this.#command(words)
    const env = { GABARIT_ACTOR: user, GABARIT_ORIGIN: `console ${address}`, LC_ALL: LANGUAGES[language] }
    if (permit.long) return { kind: 'started', run: this.#runs.start(words, command, env, input) }
    const options = {
      ...QUICK,
      env: { ...this.#system.env, ...env },
      cwd: '/',
      ...(input === undefined ? {} : { input }),
    }
    const { status, stdout, output, problem: broken } = await this.#system.run(command, options)
    if (permit.shows && status === EXIT.done) this.#plans.remember(session, permit.deed, stdout)
    // Lines of both streams may alternate, but what is printed as data comes in one piece.
    const stderr = broken ?? output.replace(stdout, () => '')
    return { kind: 'output', status: status ?? EXIT.failed, stdout, stderr }
  }

  /** @returns the refusal, if any */
  async #approve(permit: Permit, request: Asked['run'], user: string): Promise<Answer | undefined> {
    const { access, plan, deed } = permit
    const { session, words, input = '' } = request
    const planned = plan === undefined ? undefined : this.#plans.isDangerous(session, deed, plan)
    if (plan !== undefined && planned === undefined && access !== 'read')
      return refused('outdated', 'Look at the plan again: it was not shown in this session.')
    if (access !== 'dangerous' && planned !== true) return undefined
    return this.#entrance.prove(request, user, [input, ...words])
  }

  #command([program, ...words]: readonly string[]): string[] {
    const { shipped, root } = this.#places
    // Before the words: behind a -- it would be an argument.
    if (program === 'gabarit') return engineCommand(shipped, '--root', root, ...words)
    return [`${programFolder(shipped)}/db`, '--root', root, ...words]
  }
}

const LANGUAGES = { en: 'C.UTF-8', fr: 'fr_FR.UTF-8' } as const
