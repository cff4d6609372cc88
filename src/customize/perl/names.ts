import type { Expression, Sigil, Variable } from './ast.ts'
import { joined, NOTHING, type Type } from './types.ts'
import { Untranslatable } from './untranslatable.ts'

/** A variable of the twin. What is learned of it in one pass, the next pass uses. */
export interface Named {
  readonly sigil: Sigil
  readonly name: string
  /** In JavaScript. */
  code: string
  type: Type
  /** Where it gets a value. */
  readonly assigned: Set<Expression>
  /** A list that gets or loses elements. */
  changed: boolean
  /** Declared with `my`, or one of the fragment, or one of all fragments of the template. */
  readonly from: 'my' | 'fragment' | 'template'
}

const TAKEN = new Set(
  [
    'config db event on off list uniq join pad groupBy byIp byName services net ip networks networksIn portsIn interfacesIn',
    'line fail warn skipFile read exists fact raw sh dq apache nginx cronCmd slash folderName isSiteName filled fields',
    'item vars template target globalThis undefined String Number Map Math Array Object RegExp',
    'break case catch class const continue debugger default delete do else export extends finally for function if import in',
    'instanceof new return super switch this throw try typeof var void while with yield let static enum await implements',
    'package protected interface private public null true false arguments eval async of',
  ].flatMap(names => names.split(' ')),
)

/** The variables of the fragments of a template, and what is visible where. */
export class Names {
  /** By the place of their declaration, or by the name of one that is not declared. */
  readonly #all = new Map<Expression | string, Named>()
  readonly #shared: ReadonlySet<string>
  #scopes: Map<string, Named>[] = []
  #known = 0

  /** @param shared the variables, `@names`, that more than one fragment uses without declaring them */
  constructor(shared: ReadonlySet<string>) {
    this.#shared = shared
  }

  /** How much is known of all variables: another pass is of use if it has grown. */
  get known(): number {
    return this.#known
  }

  /** A pass over a fragment begins. */
  begin(): void {
    this.#scopes = [new Map()]
  }

  /** @param isBlock in JavaScript too: its names are free again behind it */
  within<Result>(run: () => Result, isBlock = true): Result {
    this.#scopes.push(new Map())
    try {
      return run()
    } finally {
      const inner = this.#scopes.pop()
      if (!isBlock) for (const named of inner?.values() ?? []) this.#scopes.at(-1)?.set(`?${named.code}`, named)
    }
  }

  declare(variable: Variable, wished = variable.name): Named {
    const key = variable.sigil + variable.name
    const scope = this.#scopes.at(-1) ?? new Map()
    const visible = new Set(this.#scopes.flatMap(one => [...one.values()].map(({ code }) => code)))
    const found = this.#all.get(variable)
    const made: Named = found ?? {
      sigil: variable.sigil,
      name: variable.name,
      code: '',
      type: NOTHING,
      assigned: new Set(),
      changed: false,
      from: 'my',
    }
    made.code = free(wished, visible)
    this.#all.set(variable, made)
    scope.set(key, made)
    return made
  }

  /** A name in JavaScript that no variable here has. */
  unused(wished: string): string {
    const visible = new Set(this.#scopes.flatMap(one => [...one.values()].map(({ code }) => code)))
    const code = free(wished, visible)
    this.#scopes.at(-1)?.set(`?${code}`, {
      sigil: '$',
      name: code,
      code,
      type: NOTHING,
      assigned: new Set(),
      changed: false,
      from: 'my',
    })
    return code
  }

  find(sigil: Sigil, name: string): Named | undefined {
    const key = sigil + name
    return this.#scopes.findLast(scope => scope.has(key))?.get(key)
  }

  /** One that the fragment uses without declaring it: its own, or one of all fragments. */
  undeclared(fragment: string, sigil: Sigil, name: string): Named {
    const key = sigil + name
    const isShared = this.#shared.has(key)
    const id = isShared ? key : `${fragment}\n${key}`
    const from = isShared ? 'template' : 'fragment'
    const named: Named = this.#all.get(id) ?? {
      sigil,
      name,
      code: '',
      type: NOTHING,
      assigned: new Set(),
      changed: false,
      from,
    }
    this.#all.set(id, named)
    const top = this.#scopes[0]
    if (isShared) named.code = `vars.${name === 'list' ? 'list2' : name}`
    else if (top?.has(key) !== true) {
      const visible = new Set(this.#scopes.flatMap(one => [...one.values()].map(({ code }) => code)))
      named.code = free(name, visible)
      top?.set(key, named)
    }
    return named
  }

  /** The variables of the fragment that it uses without declaring them. */
  ofFragment(): Named[] {
    return [...(this.#scopes[0]?.values() ?? [])].filter(({ from }) => from === 'fragment')
  }

  /** The variable gets a value of this type. */
  learn(named: Named, type: Type, line: number): void {
    const both = joined(named.type, type)
    if (both === undefined)
      throw new Untranslatable(line, `${named.sigil}${named.name}, which holds values of several kinds`)
    if (JSON.stringify(both) !== JSON.stringify(named.type)) this.#known++
    named.type = both
  }
}

function free(wished: string, visible: ReadonlySet<string>): string {
  const word = /^[A-Za-z_]\w*$/.test(wished) ? wished : `_${wished.replace(/\W/g, '_')}`
  if (!TAKEN.has(word) && !visible.has(word)) return word
  for (let number = 2; ; number++) if (!visible.has(`${word}${number}`)) return `${word}${number}`
}
