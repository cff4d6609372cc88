import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { portsOf } from './processes.ts'

/**
 * The TCP ports on which a process called sshd listens now; root sees all of them. While there is none, as at the start of the
 * machine, those of its configuration.
 * @param shipped the package's folder
 */
export function sshPorts(shipped: string): string {
  const now = portsOf('sshd')
  if (now.length > 0) return now.join(' ')
  const { stdout } = spawnSync(join(shipped, 'checkers/sshd'), ['ports'], { encoding: 'utf8', timeout: 5000 })
  return (stdout ?? '').match(/^\d+$/gm)?.join(' ') ?? ''
}
