import { refusal } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import type { StoredForm } from '../../db/sealing.ts'
import { CONFIRMATION, describeConfirmation } from '../../state/confirmation.ts'
import { type Settled, settleSecrets } from '../../state/secrets/settle.ts'
import { nameOfSecret, type StoredSecret, storedSecrets } from '../../state/secrets/survey.ts'
import { caller } from '../../system/accounts.ts'
import type { Places } from '../../system/places.ts'
import { SWITCH } from '../../system/secrets/switch.ts'
import type { Invocation } from '../../terminal/command.ts'

/** What turning secrets over did, or would do. */
interface Turned {
  readonly form: StoredForm
  /** Those that were stored in the other way. */
  readonly secrets: readonly StoredSecret[]
  readonly settled: Settled | undefined
}

/** Stores all secrets so from now on. If it is interrupted, the next command that changes files goes on. */
export function turn(places: Places, form: StoredForm, command: string): Turned {
  const secrets = storedSecrets(places).filter(({ stored }) => stored !== form)
  if (form === 'plain' && SWITCH.read(places) === undefined && secrets.length === 0)
    return { form, secrets, settled: undefined }
  SWITCH.write(places, { stored: form, unfinished: true })
  return { form, secrets, settled: settleSecrets(places, command) }
}

/** A waiting change knows the secrets of before. @throws Failure (refused) */
export function refuseWhileWaiting(places: Places): void {
  const open = CONFIRMATION.read(places)
  if (open === undefined) return
  throw refusal(`a change is waiting for confirmation: ${describeConfirmation(open)}`, {
    hint: 'Nothing was changed. First: gabarit confirm, or gabarit confirm cancel',
  })
}

/**
 * Says what was done.
 * @param lost what nobody can open any more
 * @returns the exit status
 */
export function answerSwitch(
  { system, answer, log }: Invocation,
  { form, secrets, settled }: Turned,
  lost: readonly string[] = [],
): number {
  const what = plural(secrets.length, 'secret')
  const done = form === 'encrypted' ? 'encrypted' : 'stored in clear'
  const problem = settled?.problem?.describe()
  if (!system.dryRun) log('info', `gabarit secrets by ${caller(system.env).user}: ${what} ${done}`)
  const lines = [
    system.dryRun ? `would be ${done}: ${what}` : `${what} ${done}`,
    ...secrets.map(secret => `  ${nameOfSecret(secret)}`),
    ...lost.map(name => `nobody can open this, set it again: ${name}`),
    ...(problem === undefined ? [] : [`not everything is done yet: ${problem}`]),
  ]
  const data = { stored: form, secrets: secrets.map(nameOfSecret), lost, problem: problem ?? null }
  return answer(data, lines.join('\n'), problem === undefined && lost.length === 0)
}
