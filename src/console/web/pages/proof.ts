import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, proofFields } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import type { Refused, Visit } from '../visit.ts'
import { refusalText } from './refusals.ts'

/** Asks again who it is, before something that could lock everybody out. */
export function proofPage(visit: Visit, words: readonly string[], refused: Refused) {
  const wrong = refused.why === 'wrong' ? note('bad', refusalText(visit, refused)) : NONE
  const body = html`${wrong}<p>${visit.say('refusedProof')}</p><form class="card" method="post" action="${at('/run')}">${hiddenToken(visit)}
${hidden('words', JSON.stringify(words))}${proofFields(visit)}<button>${visit.say('confirm')}</button>${commandOf(words)}</form>`
  return page(visit, '', visit.say('confirm'), body, { status: 403 })
}
