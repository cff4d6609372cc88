import { EXIT, Failure } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import { engineCommand, programFolder } from '../../system/programs.ts'
import type { System } from '../../system/system.ts'
import { Attempts } from '../access/attempts.ts'
import { invitationOf, useInvitation } from '../access/invitations.ts'
import { closeSessions, openSession, userOf } from '../access/sessions.ts'
import { codeNumber, isUser, setPassword } from '../access/users.ts'
import type { Answer, Asked, Refusal, Request } from '../protocol.ts'
import { type Allowed, type Permit, permitOf } from './allowed.ts'
import { Plans } from './plans.ts'
import type { Runs } from './runs.ts'

/** Milliseconds for a command that only reads, and the bytes that it may print. */
const QUICK = { timeout: 120_000, mostOutput: 64 << 20 }

/** The part of the console that runs as root. It knows who is logged in, and what may be run. */
export class Helper {
  readonly #places: Places
  readonly #system: System
  readonly #allowed: Allowed
  readonly #runs: Runs
  readonly #attempts = new Attempts()
  readonly #plans = new Plans()
  /** Hashing takes much memory, so one after the other. */
  #hashing: Promise<unknown> = Promise.resolve()

  constructor(places: Places, system: System, allowed: Allowed, runs: Runs) {
    this.#places = places
    this.#system = system
    this.#allowed = allowed
    this.#runs = runs
  }

  /** Answers a request. @param tell takes what comes before the last answer @param gone whether nobody listens any more */
  async answer(request: Request, tell: (answer: Answer) => void, gone: () => boolean): Promise<Answer> {
    switch (request.ask) {
      case 'login':
        return this.#login(request)
      case 'invited':
      case 'accept':
        return this.#invited(request)
      case 'logout':
        closeSessions(this.#places, { token: request.session })
        return { kind: 'done' }
    }
    const user = userOf(this.#places, request.session)
    if (user === undefined) return refused('session', 'You are not logged in, or no longer.')
    if (request.ask === 'whoami') return { kind: 'user', user }
    if (request.ask === 'run') return this.#run(request, user)
    if (!this.#runs.has(request.run)) return refused('forbidden', 'There is no such run.')
    const line = (at: number, text: string) => tell({ kind: 'line', at, line: text })
    return { kind: 'ended', status: await this.#runs.follow(request.run, request.from, line, gone) }
  }

  async #login({ address, name, password, code }: Asked['login']): Promise<Answer> {
    const problem = await this.#check(address, () => isUser(this.#places, name, password, code))
    return problem ?? { kind: 'session', user: name, session: openSession(this.#places, name, address) }
  }

  async #invited(request: Asked['invited'] | Asked['accept']): Promise<Answer> {
    const { address, token } = request
    const invitation = invitationOf(this.#places, token)
    const problem = await this.#check(address, async () => invitation !== undefined)
    if (problem !== undefined || invitation === undefined)
      return problem ?? refused('wrong', 'This address is not valid any more.')
    const { user, secret } = invitation
    if (request.ask === 'invited') return { kind: 'invited', user, secret }
    if (codeNumber(secret, request.code, Date.now()) === undefined) return refused('wrong', 'The code is wrong.')
    try {
      await this.#alone(() => setPassword(this.#places, user, request.password, secret))
    } catch (error) {
      if (error instanceof Failure) return refused('wrong', error.message)
      throw error
    }
    if (!useInvitation(this.#places, token)) return refused('wrong', 'This address was used already.')
    closeSessions(this.#places, { user })
    return { kind: 'session', user, session: openSession(this.#places, user, address) }
  }

  async #run(request: Asked['run'], user: string): Promise<Answer> {
    const { words, input, session, address, language } = request
    const permit = permitOf(words, this.#allowed)
    if (permit === undefined) return refused('forbidden', `The console may not run this: ${words.join(' ')}`)
    const problem = await this.#approve(permit, request, user)
    if (problem !== undefined) return problem
    const command = this.#command(words)
    const env = { GABARIT_ACTOR: user, GABARIT_ORIGIN: `console ${address}`, LC_ALL: LANGUAGES[language] }
    if (permit.long) return { kind: 'started', run: this.#runs.start(command, env, input) }
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
  async #approve(permit: Permit, { session, proof, address }: Asked['run'], user: string): Promise<Answer | undefined> {
    const { access, plan, deed } = permit
    const planned = plan === undefined ? undefined : this.#plans.isDangerous(session, deed, plan)
    if (plan !== undefined && planned === undefined && access !== 'read')
      return refused('outdated', 'Look at the plan again: it was not shown in this session.')
    if (access !== 'dangerous' && planned !== true) return undefined
    if (proof === undefined) return refused('proof', 'This can lock you out: confirm it with your password and a code.')
    return this.#check(address, () => isUser(this.#places, user, proof.password, proof.code))
  }

  /** Checks something that could be guessed. @returns the refusal, if any */
  async #check(address: string, isRight: () => Promise<boolean>): Promise<Answer | undefined> {
    const wait = this.#attempts.wait(address)
    if (wait > 0) return refused('locked', `Too many wrong attempts from ${address}: try again in ${wait} s.`)
    if (await this.#alone(isRight)) {
      this.#attempts.succeeded(address)
      return undefined
    }
    this.#attempts.failed(address)
    return refused('wrong', 'Name, password or code are wrong.')
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#hashing.then(work)
    this.#hashing = done.catch(() => undefined)
    return done
  }

  #command([program, ...words]: readonly string[]): string[] {
    const { shipped, root } = this.#places
    // Before the words: behind a -- it would be an argument.
    if (program === 'gabarit') return engineCommand(shipped, '--root', root, ...words)
    return [`${programFolder(shipped)}/db`, '--root', root, ...words]
  }
}

const LANGUAGES = { en: 'C.UTF-8', fr: 'fr_FR.UTF-8' } as const

function refused(why: Refusal, message: string): Answer {
  return { kind: 'refused', why, message }
}
