import { type Js, js, TIGHT } from './js.ts'
import { FLAG } from './types.ts'

/** Whether a value counts as true, as a test. */
export function truthOf(value: Js): Js {
  if (value.constant !== undefined) {
    const isTrue = value.constant !== '' && value.constant !== '0'
    return { ...js(String(isTrue), FLAG, TIGHT.atom), constant: isTrue ? '1' : '' }
  }
  switch (value.type.is) {
    case 'flag':
      return value
    case 'number':
      return { ...value, type: FLAG }
    case 'database':
      return { ...js('true', FLAG, TIGHT.atom), constant: '1' }
    case 'record':
    case 'record?':
    case 'list':
    case 'object':
    case 'map':
      return { ...value, type: FLAG }
    default:
      return js(`filled(${value.code})`, FLAG)
  }
}
