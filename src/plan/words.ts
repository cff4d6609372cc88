import { Failure, orFailure, refusal } from '../base/failure.ts'
import type { Secret } from '../db/secrets.ts'
import type { Expander } from '../template/expand.ts'
import type { Output } from '../template/output.ts'
import type { Context } from './context.ts'
import { knownSecrets, withOthers } from './derived.ts'

/** What the fragments of an expander say goes through this. */
interface Words {
  readonly warn: (message: string) => void
  /** Expands a template. @throws Failure whose message is safe to show */
  readonly guard: (path: string, expand: () => Output[]) => Output[]
}

const WHY = 'is not shown, because it depends on a secret'

/**
 * Why a fragment fails and what it warns of may hold a secret in any form. So it is shown only if the template says the same with
 * other secrets, see {@link markDerived}.
 * @param expanderFor makes an expander without this guard
 */
export function safeWords(context: Context, expanderFor: (context: Context) => Expander): Words {
  let known: Secret[] | undefined
  const secrets = () => {
    known ??= knownSecrets(context)
    return known
  }
  const mayTell = () => secrets().length > 0
  const held: string[] = []
  return {
    warn: message => (mayTell() ? held.push(message) : context.warn(message)),
    guard: (path, expand) => {
      const made = orFailure(expand)
      if (held.length === 0 && !(made instanceof Failure && mayTell())) return orThrow(made)
      const warnings: string[] = []
      const replaced = withOthers(context, secrets())
      const other = expanderFor({ ...context, replaced, warn: message => warnings.push(message) })
      const again = orFailure(() => other.expand(path))
      for (const message of held.splice(0))
        context.warn(warnings.includes(message) ? message : `a warning of ${path.replace(/^\/?/, '/')} ${WHY}`)
      if (!(made instanceof Failure) || (again instanceof Failure && again.describe() === made.describe()))
        return orThrow(made)
      throw refusal(`this fragment fails, but its message ${WHY}`, { where: made.where ?? path })
    },
  }
}

function orThrow(made: Output[] | Failure): Output[] {
  if (made instanceof Failure) throw made
  return made
}
