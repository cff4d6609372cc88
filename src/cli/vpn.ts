import { usageFailure } from '../system/failure.ts'
import { didYouMean } from '../system/nearest.ts'
import type { Invocation } from './command.ts'

const VERBS = ['clients', 'profile', 'kill', 'status'] as const

/** `gabarit vpn VERB [NAME]`: each verb is loaded when it runs. */
export async function run(invocation: Invocation): Promise<number> {
  const [verb = '', ...names] = invocation.args
  const [name, ...more] = names
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
      throw usageFailure(`gabarit vpn does not know "${verb}"${didYouMean(verb, VERBS)}`, `Known: ${VERBS.join(', ')}`)
  }
}
