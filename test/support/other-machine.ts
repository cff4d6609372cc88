import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemons } from './daemons.ts'
import { ask } from './http.ts'
import { must, PROJECT, words } from './sandbox.ts'
import { waitFor } from './wait.ts'

/** Our addresses towards the other machine, and its own. */
export const OURS = { four: '10.9.0.1', six: 'fd09::1' } as const
export const OTHER = { four: '10.9.0.2', six: 'fd09::2' } as const

/**
 * Starts a second machine with a web server of its own on port 80: a network namespace at the other end of a cable. Only
 * inside of a private namespace.
 * @param folder of the files that it serves
 */
export async function startOtherMachine(daemons: Daemons, folder: string): Promise<void> {
  const script = join(PROJECT, 'test/support/other-web-server.mjs')
  const child = await daemons.start('other machine', ['unshare', '--net', process.execPath, script, folder], () => true)
  const network = (pid: number | string | undefined) => readlinkSync(`/proc/${pid}/ns/net`)
  await waitFor('a network of its own', () => network(child.pid) !== network('self'))
  const inside = (line: string) => must([...words(`nsenter --net --target ${child.pid}`), ...words(line)])
  for (const line of [
    `ip link add gabarit-test type veth peer name eth0 netns ${child.pid}`,
    `ip address add ${OURS.four}/24 dev gabarit-test`,
    `ip address add ${OURS.six}/64 dev gabarit-test nodad`,
    'ip link set gabarit-test up',
  ])
    must(words(line))
  inside(`ip address add ${OTHER.four}/24 dev eth0`)
  inside(`ip address add ${OTHER.six}/64 dev eth0 nodad`)
  inside('ip link set eth0 up')
  await waitFor('the other machine to answer', () => ask(`http://${OTHER.four}/`).status === 404)
}
