import { usageFailure } from '../system/failure.ts'
import { didYouMean } from '../system/nearest.ts'
import type { Invocation } from './command.ts'

/** The words of this command, each with its options. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  clients: ['json'],
  profile: ['output', 'qr'],
  kill: ['halt'],
  status: ['json'],
}

/** `gabarit vpn VERB [NAME]`: each verb is loaded when it runs. */
export async function run(invocation: Invocation): Promise<number> {
  const [verb = '', ...names] = invocation.args
  const [name, ...more] = names
  const own = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined
  for (const option of [...new Set(Object.values(VERBS).flat())])
    if (own?.includes(option) === false && (invocation.flag(option) || invocation.value(option) !== undefined))
      throw usageFailure(`gabarit vpn ${verb} has no option --${option}`)
  if (more.length > 0) throw usageFailure(`too many arguments for gabarit vpn ${verb}: ${more.join(' ')}`)
  const needed = () => {
    if (name === undefined) throw usageFailure(`which client? gabarit vpn ${verb} NAME`)
    return name
  }
  switch (verb) {
    case 'clients':
      return (await import('./vpn/clients.ts')).clients(invocation, name)
    case 'profile':
      return (await import('./vpn/profile.ts')).profile(invocation, needed())
    case 'kill':
      return (await import('./vpn/kill.ts')).kill(invocation, needed())
    case 'status':
      if (name !== undefined) throw usageFailure(`gabarit vpn status takes no name, not ${JSON.stringify(name)}`)
      return (await import('./vpn/status.ts')).status(invocation)
    default:
      throw usageFailure(
        `gabarit vpn does not know "${verb}"${didYouMean(verb, Object.keys(VERBS))}`,
        `Known: ${Object.keys(VERBS).join(', ')}`,
      )
  }
}
