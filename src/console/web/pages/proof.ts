import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, proofFields } from '../parts/form.ts'
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
    if (error instanceof Refused && ['proof', 'wrong'].includes(error.answer.why)) return proofPage(visit, again, error)
    throw error
  }
}

function proofPage(visit: Visit, { action, fields, command }: Again, { answer }: Refused) {
  const wrong = answer.why === 'wrong' ? note('bad', refusalText(visit, answer)) : NONE
  const sent = html`${Object.entries(fields).map(([name, value]) => hidden(name, value))}`
  const body = html`${wrong}<p>${visit.say('refusedProof')}</p>${passkeyForm(visit, answer.passkey, action, visit.say('confirmByPasskey'), html`${hiddenToken(visit)}${sent}`)}
<form class="card" method="post" action="${at(action)}">${hiddenToken(visit)}
${sent}${proofFields(visit)}<button>${visit.say('confirm')}</button>${command === undefined ? NONE : commandOf(command)}</form>`
  return page(visit, '', visit.say('confirm'), body, { status: 403 })
}
