import { isSensitive } from '../drift/sensitive.ts'
import type { Plan } from '../plan/plan.ts'

/** Besides the files that decide whether the server can be reached: the ways in through a tunnel. */
const TUNNELS = ['/etc/openvpn/', '/etc/wireguard/']

/** The files of a plan that may cut off a remote shell. */
export function riskyFiles(plan: Plan): string[] {
  const paths = plan.changes.map(({ path }) => path)
  return paths.filter(path => isSensitive(path) || TUNNELS.some(folder => path.startsWith(folder)))
}

/** Advice for a plan that may cut off the shell it is made from; undefined when it cannot, or the shell is a local one. */
export function suggestConfirmation(plan: Plan, env: NodeJS.ProcessEnv): string | undefined {
  const [first, ...more] = env.SSH_CONNECTION ? riskyFiles(plan) : []
  if (first === undefined) return undefined
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  return `${first}${others} may cut off this remote shell; with --confirm-within 10m it goes back by itself unless you confirm`
}
