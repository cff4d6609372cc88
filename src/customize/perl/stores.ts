import { constantOf, type Expression } from './ast.ts'
import type { Evaluator } from './evaluate.ts'
import { asNumber, asText, inside, type Js, js, member, TIGHT } from './js.ts'

/** Translates how targets get their values, to lines of code. */
export class Stores {
  readonly #values: Evaluator
  readonly #atTop: () => boolean

  constructor(values: Evaluator, atTop: () => boolean) {
    this.#values = values
    this.#atTop = atTop
  }

  /** A list that is changed later must not be that of somebody else. */
  copied(list: Js, value: Expression, target: Expression, isMy: boolean): Js {
    const isOther =
      /^[\w.]+$/.test(list.code) || list.code.startsWith('vars.list(') || /\.all\([^)]*\)$/.test(list.code)
    const isShared = value.kind === 'variable' || (value.kind === 'list' && value.items.length === 1)
    const named = isMy ? undefined : this.#values.target(target)
    const willChange = isMy || named?.changed !== false
    return isOther && (isShared || willChange) ? js(`[...${list.code}]`, list.type, TIGHT.atom) : list
  }

  /** A variable gets a value. */
  variable(target: Expression, value: Js, site: Expression, isMy: boolean): string[] {
    const values = this.#values
    if (isMy && target.kind === 'variable') {
      const named = values.names.declare(target)
      values.assign(named, value.type, site)
      if (value.type.is === 'database') return []
      return [`${named.assigned.size > 1 ? 'let' : 'const'} ${named.code} = ${inside(value, TIGHT.arrow)}`]
    }
    const named = values.target(target)
    if (named === undefined)
      throw values.refuse(
        site,
        target.kind === 'variable' ? `a change of the record ${target.name}` : 'an assignment to this',
      )
    if (target.kind === 'dereference') throw values.refuse(site, 'an assignment to what a reference leads to')
    values.assign(named, value.type, site)
    if (value.type.is === 'database') return []
    const isFirst = named.from === 'fragment' && !values.touched.has(named.code) && this.#atTop()
    if (isFirst) {
      values.touched.add(named.code)
      values.declaredHere.add(named.code)
      return [`${named.assigned.size > 1 ? 'let' : 'const'} ${named.code} = ${value.code}`]
    }
    values.touched.add(named.code)
    const appended = /^`\$\{(\w+)\}(.*)`$/s.exec(value.code)
    if (appended?.[1] === named.code && named.type.is === 'text' && !appended[2]?.includes('`'))
      return [`${named.code} += ${'`'}${appended[2]}${'`'}`]
    return [`${named.code} = ${inside(value, TIGHT.arrow)}`]
  }

  /** An element of a list, a hash or an object gets a value. */
  element(target: Extract<Expression, { kind: 'element' }>, value: Js, site: Expression): string[] {
    const values = this.#values
    const { of, at, key } = target
    if (at === 'index') {
      const named = values.variable(of)
      if (named?.sigil !== '@') throw values.refuse(site, 'an assignment to this element')
      named.changed = true
      values.names.learn(named, { is: 'list', of: value.type }, site.line)
      return [`${values.listName(named)}[${asNumber(values.scalar(key)).code}] = ${value.code}`]
    }
    if (of.kind === 'variable') {
      const named = values.variable(of)
      if (named === undefined) throw values.refuse(site, `a change of the record ${of.name}`)
      if (named.type.is === 'record' || named.type.is === 'record?') throw values.refuse(site, 'a change of a record')
      values.names.learn(named, { is: 'map', of: value.type }, site.line)
      return [`${named.code}.set(${asText(values.scalar(key)).code}, ${value.code})`]
    }
    const name = constantOf(key)
    const holder = of.kind === 'dereference' ? values.scalar(of.of) : undefined
    const named = of.kind === 'dereference' ? values.variable(of.of) : undefined
    if (holder?.type.is !== 'object' || name === undefined || name in {} || named === undefined)
      throw values.refuse(site, 'an assignment to this element')
    values.names.learn(named, { is: 'object', of: value.type }, site.line)
    return [`${member(holder, name)} = ${value.code}`]
  }

  /** A value that is made of what was there before. */
  store(target: Expression, value: Js, site: Expression): string[] {
    if (target.kind === 'list' && target.items.length === 1) {
      // `(my $x = $y) =~ s/a/b/`
      const [only] = target.items
      if (only?.kind === 'assign' && only.target.kind === 'my')
        throw this.#values.refuse(site, 'a replacement in an assignment')
    }
    if (target.kind === 'element') return this.element(target, value, site)
    return this.variable(target, value, site, false)
  }
}
