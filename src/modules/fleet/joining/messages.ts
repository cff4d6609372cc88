import { orUndefined, refusal } from '../../../base/failure.ts'
import { listOf, matching, objectOf, optional, type Shape, type TypeOf, text } from '../../../base/shape.ts'
import { isSameProof, proofBy } from '../controller-key.ts'

/** What a host that joins tells of itself. */
const REQUEST = objectOf({
  recipient: matching(/^age1[02-9ac-hj-np-z]{58}$/, 'a public key of age'),
  /** For its certificate, in PEM. */
  csr: text,
})
export type JoinRequest = TypeOf<typeof REQUEST>

/** What it gets, encrypted for it alone. */
const ANSWER = objectOf({
  endpoints: listOf(text),
  certificate: text,
  user: text,
  password: text,
  /** The public key (PEM) by which orders are signed. */
  signer: text,
  /** For a controller. */
  secrets: optional(objectOf({ signing: text, authorityKey: text, rootPassword: text, reading: text })),
})
export type JoinAnswer = TypeOf<typeof ANSWER>

/** The host has all that it needs, so its token can go. */
export const DONE = 'done'

const PROVED = objectOf({ body: text, proof: text })

export const requestText = (request: JoinRequest, secret: string) => proved('request', JSON.stringify(request), secret)

/** @returns undefined if it is none, or not by somebody with the token */
export function readRequest(value: string, secret: string): JoinRequest | undefined {
  const body = bodyOf('request', value, secret)
  return body === undefined ? undefined : orUndefined(() => REQUEST(JSON.parse(body)))
}

/** @param sealed an archive of age with the answer */
export const answerText = (sealed: Uint8Array, secret: string) =>
  proved('answer', Buffer.from(sealed).toString('base64'), secret)

/** The archive of age. @throws Failure (refused) if no controller wrote it */
export function readAnswer(value: string, secret: string): Buffer {
  const body = bodyOf('answer', value, secret)
  if (body !== undefined) return Buffer.from(body, 'base64')
  throw refusal('the answer in the store was not written by the controller that made the token', {
    hint: 'Somebody has changed the store, or the token was replaced by another one: gabarit fleet invite HOST',
  })
}

export const readOpened: Shape<JoinAnswer> = ANSWER

function proved(kind: string, body: string, secret: string): string {
  return JSON.stringify({ body, proof: proofBy(secret, kind, body) })
}

function bodyOf(kind: string, value: string, secret: string): string | undefined {
  const read = orUndefined(() => PROVED(JSON.parse(value)))
  return read !== undefined && isSameProof(read.proof, proofBy(secret, kind, read.body)) ? read.body : undefined
}
