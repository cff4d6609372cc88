import { escapeControls } from '../../base/escape-controls.ts'
import { refusal } from '../../base/failure.ts'
import type { Verb } from './verb.ts'

/**
 * Lines of a batch that change nothing and refuse all of it if somebody else has changed what they name. Their messages say no
 * value, which may be a secret.
 */
export const EXPECT_VERBS: Readonly<Record<string, Verb>> = {
  expectprop: {
    arguments: 'KEY PROP [VALUE]',
    summary: 'refuse the batch unless a property has this value; without VALUE, unless it is absent',
    example: 'sshd TCPPort 22',
    change: (draft, [key = '', property = '', value]) =>
      expectSame(draft.getprop(key, property), value, `${key}: property ${property}`),
  },
  expecttype: {
    arguments: 'KEY [TYPE]',
    summary: 'refuse the batch unless a record has this type; without TYPE, unless it is absent',
    example: 'sshd service',
    mayBeEmpty: ['TYPE'],
    change: (draft, [key = '', type]) => expectSame(draft.get(key)?.type, type, key),
  },
}

function expectSame(found: string | undefined, wanted: string | undefined, what: string): true {
  if (found === wanted) return true
  const how = found === undefined ? 'is absent' : wanted === undefined ? 'exists' : 'has another value'
  throw refusal(`${escapeControls(what)} ${how} now, not what this batch expects`, {
    hint: 'Somebody has changed it since you looked. Look at it again.',
  })
}
