import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { Failure, orUndefined } from '../../base/failure.ts'
import { formToken } from '../../base/token.ts'
import type { Client } from '../client.ts'
import type { Answer, Asked, Refusing } from '../protocol.ts'
import { BASE } from './base.ts'
import { clientAddress } from './security.ts'
import { EN } from './text/en.ts'
import { type Key, type Language, languageOf, sentence } from './text/languages.ts'

/** What hono hands from one handler to the next. */
export interface Env {
  Variables: { visit: Visit }
}

/** `__Secure-`: only over TLS. A path of its own, so that no other site of this name receives it. */
const COOKIE = 'gabarit'
const COOKIE_OPTIONS = { path: BASE, httpOnly: true, secure: true, sameSite: 'Strict', prefix: 'secure' } as const

/** The helper has refused. */
export class Refused extends Error {
  readonly answer: Refusing

  constructor(answer: Refusing) {
    super(answer.message)
    this.answer = answer
  }
}

/** What shows who somebody is. */
export type Proven = Pick<Asked['run'], 'proof' | 'signature'>

/** What a command has printed. */
export type Output = Extract<Answer, { kind: 'output' }>

/** One request of one person: who it is, in which language, and what can be asked for. */
export class Visit {
  readonly context: Context<Env>
  readonly client: Client
  readonly language: Language
  readonly address: string
  session: string
  /** Who is logged in; empty: nobody. */
  user = ''
  /** The only one at which passkeys work. */
  origin = ''

  constructor(context: Context<Env>, client: Client) {
    this.context = context
    this.client = client
    this.language = languageOf(context)
    this.address = clientAddress(context)
    this.session = getCookie(context, COOKIE, 'secure') ?? ''
  }

  /** A text of the console in the language of the visit. @param values for its {} */
  say(key: Key, ...values: readonly (string | number)[]): string {
    return sentence(this.language, key, values)
  }

  /** A word of a command in the language of the visit, or as it is if the catalogues do not have it. */
  word(kind: 'access' | 'change' | 'database' | 'limit' | 'outcome' | 'state' | 'turn', word: string): string {
    const key = `${kind}_${word}`
    // Object.hasOwn says nothing about types.
    return Object.hasOwn(EN, key) ? this.say(key as Key) : word
  }

  /** What each of its forms carries. */
  get formToken(): string {
    return formToken(this.session)
  }

  open(session: string): void {
    this.session = session
    setCookie(this.context, COOKIE, session, COOKIE_OPTIONS)
  }

  close(): void {
    deleteCookie(this.context, COOKIE, COOKIE_OPTIONS)
  }

  /** Finds out who it is. @returns whether somebody is logged in */
  async recognise(): Promise<boolean> {
    if (this.session === '') return false
    const answer = await this.client.ask({ ask: 'whoami', session: this.session, address: this.address })
    if (answer.kind !== 'user') return false
    this.user = answer.user
    this.origin = answer.origin
    return true
  }

  /** Runs a command. @param input its standard input @throws Refused */
  async run(words: readonly string[], more: Proven & { input?: string } = {}): Promise<Answer> {
    const { session, address, language } = this
    const answer = await this.client.ask({ ask: 'run', session, address, language, words: [...words], ...more })
    if (answer.kind === 'refused') throw new Refused(answer)
    return answer
  }

  /** Runs a command that does not take long. @throws Refused */
  async read(words: readonly string[], input?: string): Promise<Output> {
    const answer = await this.run(words, input === undefined ? {} : { input })
    if (answer.kind !== 'output') throw new Failure(`${words.join(' ')} takes too long for a page`)
    return answer
  }

  /** What a command prints as JSON, whatever its exit status. @throws Refused; Failure if it prints none */
  async data<Data>(words: readonly string[]): Promise<Data> {
    const { status, stdout, stderr } = await this.read(words)
    // The command is one of ours: the tests of the pages hold what it prints.
    const data = orUndefined((): Data => JSON.parse(stdout))
    if (data === undefined)
      throw new Failure(stderr.trim() || stdout.trim() || `${words.join(' ')}: no answer`, { status })
    return data
  }
}
