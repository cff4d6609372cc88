import { html } from 'hono/html'
import type { Refusal } from '../../protocol.ts'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, planAgain, proofFields } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { passkeyForm } from '../parts/passkey.ts'
import { type Proven, Refused, type Visit } from '../visit.ts'
import { refusalText } from './refusals.ts'

/** What is sent again, with a proof. */
interface Again {
  /** Where to. */
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** The command that it stands for. */
  readonly command?: readonly string[]
}

/** Why a proof is asked for, or asked for again: what was sent is not lost. */
const ASKS_AGAIN: readonly Refusal[] = ['proof', 'wrong', 'locked']

/** Does what could lock everybody out, with the proof that came with the form. Asks for one if there is none, or a wrong one. */
export async function withProof(
  visit: Visit,
  form: (name: string) => string,
  again: Again,
  act: (proof: Proven) => Promise<Response>,
): Promise<Response> {
  const { signature, password, code } = { signature: form('signature'), password: form('password'), code: form('code') }
  try {
    return await act(signature !== '' ? { signature } : code !== '' ? { proof: { password, code } } : {})
  } catch (error) {
    if (error instanceof Refused && ASKS_AGAIN.includes(error.answer.why)) return proofPage(visit, again, error)
    if (error instanceof Refused && error.answer.why === 'outdated') return outdatedPage(visit, again, error)
    throw error
  }
}

/** The plan is not the one that was shown: the way to the one that it is now. */
function outdatedPage(visit: Visit, { command = [] }: Again, { answer }: Refused) {
  const body = html`${note('bad', refusalText(visit, answer))}${planAgain(visit, command)}`
  return page(visit, '', visit.say('refused'), body, { status: 409 })
}

function proofPage(visit: Visit, { action, fields, command }: Again, { answer }: Refused) {
  const wrong = answer.why === 'proof' ? NONE : note('bad', refusalText(visit, answer))
  const sent = html`${Object.entries(fields).map(([name, value]) => hidden(name, value))}`
  const body = html`${wrong}<p>${visit.say('refusedProof')}</p>${passkeyForm(visit, answer.passkey, action, visit.say('confirmByPasskey'), html`${hiddenToken(visit)}${sent}`)}
<form class="card" method="post" action="${at(action)}">${hiddenToken(visit)}
${sent}${proofFields(visit)}<button>${visit.say('confirm')}</button>${command === undefined ? NONE : commandOf(command)}</form>`
  return page(visit, '', visit.say('confirm'), body, { status: answer.why === 'locked' ? 429 : 403 })
}
