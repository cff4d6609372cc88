import { type Context, createContext, runInContext } from 'node:vm'

/** What would go on after the fragment has returned, or make code of text. */
const LEFT_OUT = ['Promise', 'WebAssembly', 'ShadowRealm', 'FinalizationRegistry', 'WeakRef', 'console']

/** What Node adds for fragments: it only computes. Subclasses, so that nothing leads to those of gabarit. */
const ADDED = { Buffer: class extends Buffer {}, URL: class extends URL {} }

let realm: Context | undefined

/**
 * Where fragments run: the objects of JavaScript once more, frozen. So no fragment changes what others and gabarit itself use, and
 * none reaches the process. Those of gabarit could not be frozen, because libraries and Node set properties on them.
 */
export function fragmentRealm(): Context {
  realm ??= makeRealm()
  return realm
}

function makeRealm(): Context {
  const made = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  const world: object = runInContext('globalThis', made)
  for (const name of LEFT_OUT) Reflect.deleteProperty(world, name)
  Object.assign(world, ADDED)
  // V8 notes ten calls unless told otherwise. Between a helper and the line of the fragment there may be more.
  for (const errors of [Error, Reflect.get(world, 'Error')]) Object.assign(errors, { stackTraceLimit: 50 })
  for (const name of Object.getOwnPropertyNames(world)) {
    const value: unknown = Reflect.get(world, name)
    if (value === world) continue
    const prototype: object = typeof value === 'function' ? value.prototype : {}
    if (name === 'Object' || name.endsWith('Error')) allowOwn(prototype)
    Object.freeze(value)
    Object.freeze(prototype)
  }
  return made
}

/**
 * What inherits from a frozen property cannot be given one of that name by `=`. Classes of errors set their `name`, and keys of a
 * table may be words like `constructor`: so these properties become pairs of functions.
 */
function allowOwn(prototype: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (value === undefined) continue
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(this: object, own: unknown) {
        if (this === prototype) throw new TypeError(`Cannot assign to read only property '${name}'`)
        Object.defineProperty(this, name, { value: own, writable: true, enumerable: true, configurable: true })
      },
    })
  }
}
