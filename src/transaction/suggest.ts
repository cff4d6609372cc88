import type { Plan } from '../plan/plan.ts'
import { isSensitive } from '../plan/sensitive.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'

/** Besides the files that decide whether the server can be reached: the ways in through a tunnel. */
const TUNNELS = ['/etc/openvpn/', '/etc/wireguard/']

/** The files of a plan that may cut off a remote shell. */
function riskyFiles(plan: Plan): string[] {
  const paths = plan.changes.map(({ path }) => path)
  return paths.filter(path => isSensitive(path) || TUNNELS.some(folder => path.startsWith(folder)))
}

/**
 * Advises a window for a plan that may cut off the shell it is made from. It says nothing when there is a window, when the
 * shell is a local one, and when it goes back without being asked.
 */
export function suggestConfirmation(
  plan: Plan,
  { confirmWithin, closes }: RunRequest,
  env: NodeJS.ProcessEnv,
  report: Reporter,
): void {
  if (confirmWithin !== undefined || closes !== undefined || !env.SSH_CONNECTION) return
  const [first, ...more] = riskyFiles(plan)
  if (first === undefined) return
  const files = more.length === 0 ? first : `${first} and ${more.length} more`
  const advice = 'with --confirm-within 10m it goes back by itself unless you confirm'
  report({ kind: 'warning', message: `${files} may cut off this remote shell; ${advice}` })
}
