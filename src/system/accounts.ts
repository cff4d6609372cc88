import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
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
  if (/^[\w.@-]+$/.test(name)) {
    const answer = spawnSync('getent', [kind, '--', name], { encoding: 'utf8', timeout: 5000 })
    const id = answer.stdout?.split(':')[2]
    if (answer.status === 0 && id !== undefined) return Number(id)
  }
  throw refusal(`there is no ${kind === 'passwd' ? 'user' : 'group'} "${name}"${didYouMean(name, names)}`)
}

/**
 * Who runs this, and from where: the login name, also through sudo; the shell, or the action of an event.
 * @param env what gabarit was started with
 */
export function caller(env: NodeJS.ProcessEnv): { user: string; via: string } {
  const via = env.GABARIT_EVENT ? `action of ${env.GABARIT_EVENT}` : 'shell'
  return { user: env.SUDO_USER || env.LOGNAME || userInfo().username, via }
}
