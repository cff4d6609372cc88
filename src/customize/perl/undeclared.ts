import type { Sigil, Statement } from './ast.ts'

export interface Used {
  /** Variables that it mentions and does not declare: `@names`. */
  readonly mentioned: ReadonlySet<string>
  readonly assigned: ReadonlySet<string>
}

const PERLS_OWN = /^(?:OUT|_|a|b|DB|confref|EVENT|ENV|ARGV|INC|\d+)$/

/** Found in the text: a fragment that cannot be parsed has variables, too. */
export function undeclaredIn(source: string, programs: readonly (readonly Statement[])[] | undefined): Used {
  const mentioned = new Set<string>()
  const assigned = new Set<string>()
  if (programs === undefined) {
    for (const [, sigil = '$', name = ''] of source.matchAll(/([$@%])\{?(\w+)\}?/g))
      for (const one of sigil === '$' ? [`$${name}`, `@${name}`, `%${name}`] : [`${sigil}${name}`])
        if (!PERLS_OWN.test(name)) mentioned.add(one)
    for (const [, sigil = '@', name = ''] of source.matchAll(
      /(?<!\bmy\s+|[(,]\s*)([$@%])(\w+)\s*(?:[.+-]|\|\|)?=[^=~>]|\b(?:push|unshift)\s*\(?\s*@(\w+)/g,
    ))
      if (!PERLS_OWN.test(name)) assigned.add(sigil + name)
    return { mentioned, assigned }
  }
  for (const statements of programs) collect(statements, [new Set()], mentioned, assigned)
  return { mentioned, assigned }
}

/** Walks through statements and expressions with the names that are declared around them. */
function collect(node: unknown, scopes: Set<string>[], mentioned: Set<string>, assigned: Set<string>): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, scopes, mentioned, assigned)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { kind } = node as { kind?: string }
  const inner = (key: string) => Reflect.get(node, key) as unknown
  const declare = (variable: { sigil: Sigil; name: string }) => scopes.at(-1)?.add(variable.sigil + variable.name)
  if (kind === 'variable') {
    const { sigil, name } = node as unknown as { sigil: Sigil; name: string }
    if (!PERLS_OWN.test(name) && !scopes.some(scope => scope.has(sigil + name))) mentioned.add(sigil + name)
    return
  }
  if (kind === 'my') {
    const { variables, isOur } = node as unknown as { variables: { sigil: Sigil; name: string }[]; isOur: boolean }
    for (const variable of variables)
      if (isOur) {
        mentioned.add(variable.sigil + variable.name)
        assigned.add(variable.sigil + variable.name)
      } else declare(variable)
    return
  }
  // With the flag r, the text that is replaced stays.
  const { pattern, flags = pattern?.flags ?? '' } = node as { pattern?: { flags: string }; flags?: string }
  if (
    kind === 'assign' ||
    ((kind === 'replace' || kind === 'transliterate') && !flags.includes('r')) ||
    (kind === 'unary' && /\+\+|--/.test(String(inner('operator'))))
  ) {
    if (kind === 'assign') collect(inner('value'), scopes, mentioned, assigned)
    changed(inner(kind === 'unary' ? 'of' : 'target'), scopes, assigned)
  }
  if (kind === 'call' && /^(?:push|unshift|shift|pop|undef|chomp|chop|splice)$/.test(String(inner('name'))))
    changed((inner('args') as unknown[])[0], scopes, assigned)
  const isBlock = kind === 'foreach' || kind === 'for' || kind === 'while' || kind === 'block'
  const around = isBlock || kind === 'call' ? [...scopes, new Set<string>()] : scopes
  if (kind === 'foreach') {
    const { variable } = node as unknown as { variable: { sigil: Sigil; name: string } }
    collect(inner('list'), scopes, mentioned, assigned)
    around.at(-1)?.add(variable.sigil + variable.name)
    collect(inner('body'), around, mentioned, assigned)
    return
  }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'value' && kind === 'assign') continue
    collect(
      value,
      key === 'body' || key === 'otherwise' || key === 'block' ? [...around, new Set<string>()] : around,
      mentioned,
      assigned,
    )
  }
}

function changed(target: unknown, scopes: readonly Set<string>[], assigned: Set<string>): void {
  if (typeof target !== 'object' || target === null) return
  const { kind } = target as { kind: string }
  if (kind === 'variable') {
    const { sigil, name } = target as { sigil?: Sigil; name?: string }
    if (!PERLS_OWN.test(name ?? '') && !scopes.some(scope => scope.has(`${sigil}${name}`)))
      assigned.add(`${sigil}${name}`)
  } else if (kind === 'element' || kind === 'dereference') changed(Reflect.get(target, 'of'), scopes, assigned)
  else if (kind === 'list') for (const one of Reflect.get(target, 'items') as unknown[]) changed(one, scopes, assigned)
}
