import type { Plan } from '../plan/plan.ts'
import { isSensitive } from '../plan/sensitive.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'

/** In addition to the files that decide whether the server can be reached: access through a tunnel. */
const TUNNELS = ['/etc/openvpn/', '/etc/wireguard/']

/** The files of a plan that may cut off a remote shell. */
function riskyFiles(plan: Plan): string[] {
  const paths = plan.changes.map(({ path }) => path)
  return paths.filter(path => isSensitive(path) || TUNNELS.some(folder => path.startsWith(folder)))
}

/**
 * Suggests a window for a plan that may cut off the current remote shell. Says nothing if there already is a window, if the
 * shell is local, or if a window opens by default.
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
  const advice = 'with --confirm-within 10m the change rolls back automatically unless you confirm'
  report({ kind: 'warning', message: `${files} may cut off this remote shell; ${advice}` })
}
