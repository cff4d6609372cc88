import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { textOf } from './read-files.ts'

/**
 * The id of a user or group: from the root's own passwd or group file, else from the machine's name services (LDAP …).
 * @throws Failure (refused) for an unknown name: it never silently becomes root
 */
export function accountId(kind: 'passwd' | 'group', name: string, root: string): number {
  if (/^\d+$/.test(name)) return Number(name)
  const names: string[] = []
  for (const file of new Set([join(root, 'etc', kind), join('/etc', kind)])) {
    for (const line of (textOf(file) ?? '').split('\n')) {
      const [entry = '', , id = ''] = line.split(':')
      if (!/^\d+$/.test(id)) continue
      if (entry === name) return Number(id)
      names.push(entry)
    }
  }
  const id = /^[\w.@-]+$/.test(name) ? fromNameServices(kind, name)?.[2] : undefined
  if (id !== undefined) return Number(id)
  throw refusal(`there is no ${kind === 'passwd' ? 'user' : 'group'} "${name}"${didYouMean(name, names)}`)
}

/** The entry of a name or number, in its columns. */
function fromNameServices(kind: 'passwd' | 'group', key: string): string[] | undefined {
  const { status, stdout } = spawnSync('getent', [kind, '--', key], { encoding: 'utf8', timeout: 5000 })
  return status === 0 ? stdout.split(':') : undefined
}

/** The name of a user or group, or its number if it has none: the inverse of {@link accountId}. */
export function accountName(kind: 'passwd' | 'group', number: number, root = '/'): string {
  const id = String(number)
  const lines = (textOf(join(root, 'etc', kind)) ?? '').split('\n').map(line => line.split(':'))
  return (lines.find(([, , found]) => found === id) ?? fromNameServices(kind, id))?.[0] ?? id
}

/**
 * Who runs this, and from where: the login name, also through sudo; the shell, or the action of an event. A program that acts
 * for somebody else, such as the console, names the person in GABARIT_ACTOR, and itself in GABARIT_ORIGIN.
 * @param env what gabarit was started with
 */
export function caller(env: NodeJS.ProcessEnv): { user: string; via: string } {
  const via = env.GABARIT_EVENT ? `action of ${env.GABARIT_EVENT}` : env.GABARIT_ORIGIN || 'shell'
  return {
    user: env.GABARIT_ACTOR || env.SUDO_USER || env.LOGNAME || accountName('passwd', process.getuid?.() ?? 0),
    via,
  }
}

/** Whether the administrator is elsewhere, so that a change of the network or the firewall may lock them out. */
export function isRemote(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.SSH_CONNECTION || env.GABARIT_ORIGIN)
}
