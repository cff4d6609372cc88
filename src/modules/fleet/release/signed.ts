import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { type Failure, messageOf, orUndefined, refusal } from '../../../base/failure.ts'
import { objectOf, type Shape, text } from '../../../base/shape.ts'

/** A kind of statement that the controllers or a host of a fleet sign. */
export interface Statement<T> {
  /** `order`; it is signed, too, so that one kind cannot pass for another. */
  readonly kind: string
  /** Who signs it, for people. */
  readonly by: string
  /** Another one cannot be read. */
  readonly form: string
  readonly shape: Shape<T>
}

/** Who signs what hosts must do. */
export const BY_CONTROLLERS = 'the controllers of this fleet'

const container = objectOf({ said: text, signature: text })

/** A statement with its signature, as it stands in the store. @param key PKCS #8 in PEM */
export function signed<T extends object>({ kind, form }: Statement<T>, what: T, key: string): string {
  const said = JSON.stringify({ form, ...what })
  return JSON.stringify({
    said,
    signature: sign(...signing(kind, said, createPrivateKey(key))).toString('base64'),
  })
}

/**
 * What a statement says. Nothing that is not signed is believed.
 * @param signer the public key in PEM
 * @throws Failure (refused) with the exact reason
 */
export function verified<T>({ kind, by, form, shape }: Statement<T>, stored: string, signer: string): T {
  const refuse = (why: string) => refusedStatement(kind, why)
  const { said, signature } = readJson(stored, container, refuse)
  const key = createPublicKey(signer)
  const isRight = () => verify(...signing(kind, said, key), Buffer.from(signature, 'base64'))
  if (orUndefined(isRight) !== true) throw refuse(`is not signed by ${by}, or was altered`)
  const found = readJson(said, objectOf({ form: text }), refuse)
  if (found.form !== form) throw refuse(`has the form ${found.form}, which this version cannot read`)
  return readJson(said, shape, refuse)
}

/** @param why the end of a sentence that begins with the statement */
export function refusedStatement(kind: string, why: string): Failure {
  return refusal(`the ${kind} ${why}`, { hint: 'Nothing was changed.' })
}

/** What is signed, and how: the keys of controllers are of ed25519, those of hosts for elliptic curves with a hash. */
function signing(kind: string, said: string, key: KeyObject) {
  const how = key.asymmetricKeyType === 'ec' ? 'sha256' : null
  return [how, Buffer.from(`gabarit fleet ${kind}\n${said}`), key] as const
}

/** What a JSON text of another machine says. @param refuse makes the Failure of the end of a sentence that begins with the text */
export function readJson<T>(json: string, shape: Shape<T>, refuse: (why: string) => Failure): T {
  try {
    return shape(JSON.parse(json))
  } catch (error) {
    // Not in the words of JSON.parse(), which quote what was read.
    throw refuse(error instanceof SyntaxError ? 'is not JSON' : `is damaged: ${messageOf(error)}`)
  }
}
