import { isObject } from '../../base/is-object.ts'
import type { Cover } from '../state-file.ts'
import { machineKey } from './machine-key.ts'
import { openText, sealText } from './seal.ts'
import { SWITCH } from './switch.ts'

/** Encrypts the whole text of a note that has secrets in it, if the databases of this machine store them encrypted. */
export const COVER: Cover = {
  seal(text, name, places) {
    if (SWITCH.read(places)?.stored !== 'encrypted') return text
    return `${JSON.stringify({ sealed: sealText(machineKey(places), text, ['note', name]) })}\n`
  },
  open(text, name, places) {
    if (!text.startsWith('{"sealed"')) return text
    const note: unknown = JSON.parse(text)
    const sealed = isObject(note) && typeof note.sealed === 'string' ? note.sealed : ''
    const hint = 'Put the file back from a copy, or move it away.'
    return openText(sealed, ['note', name], places, places.state.path(name), hint)
  },
}
