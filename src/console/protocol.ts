import type { Socket } from 'node:net'
import { Failure } from '../base/failure.ts'
import { integer, listOf, objectOf, oneOf, optional, type Shape, type TypeOf, text } from '../base/shape.ts'
import type { CreationOptions, RequestOptions } from './webauthn.ts'

/** The largest request in bytes: a form with all values of a record is far smaller. */
export const LARGEST_REQUEST = 1 << 20

/** The largest answer in bytes: what a command prints, with a backslash before each quotation mark. */
export const LARGEST_ANSWER = 64 << 20

/** Proof that it is the person who is logged in, now: for plans that can lock everybody out. */
const proof = objectOf({ password: text, code: text })

/** The same by a passkey that has signed the command: what the browser gives, as JSON. */
const signature = optional(text)

/** What the web part can ask of the helper, by the word in `ask`. */
const REQUESTS = {
  /** Opens a session. */
  login: objectOf({ ask: oneOf('login'), address: text, name: text, password: text, code: text }),
  /** What a passkey has to sign to log in. */
  askPasskey: objectOf({ ask: oneOf('askPasskey') }),
  /** Opens a session with what a passkey has signed. */
  loginByPasskey: objectOf({ ask: oneOf('loginByPasskey'), address: text, signature: text }),
  /** Opens a session for whoever has logged in at the identity provider, with what the gateway has given the browser. */
  loginBySso: objectOf({ ask: oneOf('loginBySso'), address: text, ticket: text, begun: text }),
  /** Whose one-time address this is, and the secret for codes. */
  invited: objectOf({ ask: oneOf('invited'), address: text, token: text }),
  /** Sets password and codes of the invited user. */
  accept: objectOf({ ask: oneOf('accept'), address: text, token: text, password: text, code: text }),
  /** Whose session this is. */
  whoami: objectOf({ ask: oneOf('whoami'), session: text, address: text }),
  logout: objectOf({ ask: oneOf('logout'), session: text }),
  /** Runs a command: `gabarit status --json`, `db hosts batch` with lines on standard input. */
  run: objectOf({
    ask: oneOf('run'),
    session: text,
    address: text,
    language: oneOf('en', 'fr'),
    words: listOf(text),
    input: optional(text),
    proof: optional(proof),
    signature,
  }),
  /** What the browser needs to make a passkey with this name, for whoever proves who it is. */
  askNewPasskey: objectOf({
    ...{ ask: oneOf('askNewPasskey'), session: text, address: text, name: text },
    ...{ proof: optional(proof), signature },
  }),
  /** Keeps the passkey that the browser has made. */
  addPasskey: objectOf({ ask: oneOf('addPasskey'), session: text, name: text, signature: text }),
  /** What a run has printed since a line, and what it still prints. */
  follow: objectOf({ ask: oneOf('follow'), session: text, address: text, run: text, from: integer }),
} as const

export type Asked = { readonly [Word in keyof typeof REQUESTS]: TypeOf<(typeof REQUESTS)[Word]> }
export type Request = Asked[keyof Asked]
export type Proof = TypeOf<typeof proof>

/** Why the helper refuses. The web part shows a page for each. */
export type Refusal =
  /** Nobody is logged in, or not any more. */
  | 'session'
  /** The command needs a {@link Proof}, or a signature. */
  | 'proof'
  /** Name, password, code or passkey are wrong. */
  | 'wrong'
  /** Too many wrong ones from this address. */
  | 'locked'
  /** It needs a proof, and the user has neither password nor passkey here. */
  | 'unprovable'
  /** The console may not run this. */
  | 'forbidden'
  /** The plan is not the one that was shown. */
  | 'outdated'
  /** A passkey cannot be called that. */
  | 'name'
  /** The user has a passkey of this name already. */
  | 'taken'
  /** The passkey that was made is not the one that was asked for. */
  | 'unasked'

export interface Refusing {
  readonly kind: 'refused'
  readonly why: Refusal
  readonly message: string
  /** What a passkey of the user can sign instead of password and code. */
  readonly passkey?: RequestOptions | undefined
}

export function refused(why: Refusal, message: string): Refusing {
  return { kind: 'refused', why, message }
}

/** What the helper answers. Only `command` and `line` are followed by something. */
export type Answer =
  | Refusing
  | { readonly kind: 'session'; readonly session: string; readonly user: string }
  /** Whose session it is; passkeys only work at this origin. */
  | { readonly kind: 'user'; readonly user: string; readonly origin: string }
  | { readonly kind: 'invited'; readonly user: string; readonly secret: string }
  /** What a passkey has to sign, if anybody has one, at this origin. */
  | {
      readonly kind: 'passkey'
      readonly origin: string
      readonly options?: RequestOptions | undefined
      /** Whether one can also come in by the identity provider. */
      readonly sso: boolean
    }
  | { readonly kind: 'newPasskey'; readonly options: CreationOptions }
  /** Done; by the gateway: the session was one that had come by it. */
  | { readonly kind: 'done'; readonly byGateway?: boolean }
  /** How a command ended that only reads, or changes a database. */
  | { readonly kind: 'output'; readonly status: number; readonly stdout: string; readonly stderr: string }
  /** A command that takes a while has begun: it can be followed by this name. */
  | { readonly kind: 'started'; readonly run: string }
  /** What a run was asked for with: comes before its lines. */
  | { readonly kind: 'command'; readonly words: readonly string[] }
  /** The line number `at` that a run has printed. */
  | { readonly kind: 'line'; readonly at: number; readonly line: string }
  /** How a run ended; null: it was killed. */
  | { readonly kind: 'ended'; readonly status: number | null }

/** @throws Error that names what is wrong with it */
export function asRequest(data: unknown): Request {
  const { ask } = objectOf({ ask: text })(data)
  const shape: Shape<Request> | undefined = Object.hasOwn(REQUESTS, ask) ? Object(REQUESTS)[ask] : undefined
  if (shape === undefined) throw new Error('this is no request')
  return shape(data)
}

/** A value as a frame: the length of its JSON in four bytes, big-endian, then the JSON. */
export function frame(value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

/**
 * The values that arrive, until the other side ends.
 * @param largest bytes of a frame
 * @throws Failure for a frame that is too long, not JSON, or cut off
 */
export async function* frames(socket: Socket, largest: number): AsyncGenerator<unknown> {
  let chunks: Buffer[] = []
  let size = 0
  /** So many bytes are needed for the next step. */
  let needed = 4
  for await (const chunk of socket) {
    chunks.push(chunk)
    size += chunk.length
    if (size < needed) continue
    let buffer = Buffer.concat(chunks)
    for (;;) {
      const length = buffer.length < 4 ? 0 : buffer.readUInt32BE()
      if (length > largest) throw new Failure(`a frame of ${length} bytes is too long`)
      needed = 4 + length
      if (buffer.length < needed) break
      yield parse(buffer.subarray(4, needed))
      buffer = buffer.subarray(needed)
    }
    chunks = [buffer]
    size = buffer.length
  }
  if (size > 0) throw new Failure('the connection ended within a frame')
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new Failure('a frame is not JSON', { cause: error })
  }
}
