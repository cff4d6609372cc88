import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, refusal } from '../../../base/failure.ts'
import { readManifest } from '../../../state/manifest.ts'
import { below, type Places } from '../../../system/places.ts'
import { textOf } from '../../../system/read-files.ts'
import type { System } from '../../../system/system.ts'
import { EtcdError, type Gateway } from '../store/gateway.ts'

/** Where it keeps what it stores. */
export const STORE_DATA = '/var/lib/etcd/gabarit'

export const DATA_STAYS = `The data of its store stay in ${STORE_DATA} until you remove them.`

/** Seconds until etcd answers, once it was started. */
export const START = 60

/**
 * Makes sure that this host can carry a member of the store. An etcd that somebody has set up for something else stays as it is.
 * @throws Failure (refused)
 */
export async function needEtcd(places: Places, system: System): Promise<void> {
  if ((await system.ask(['etcd', '--version'], { timeout: 10_000 })).missing)
    throw refusal('the store of the fleet needs etcd, which is not installed', { hint: 'apt-get install etcd-server' })
  const path = '/etc/default/etcd'
  const text = textOf(below(places, path)) ?? ''
  if (readManifest(places).has(path) || !/^\s*(export\s+)?(ETCD_|DAEMON_ARGS)\w*=/m.test(text)) return
  throw refusal('etcd is set up for something else on this host', {
    where: path,
    hint: 'Take another host. If nobody needs this etcd, remove the settings in this file.',
  })
}

/** Waits until etcd answers, if only that it refuses. @throws Failure after so many seconds */
export async function untilItAnswers(gateway: Gateway, patience: number): Promise<void> {
  const end = performance.now() + patience * 1000
  for (;;) {
    try {
      await gateway.ask('/auth/authenticate', { name: 'root', password: '' }, undefined)
      return
    } catch (error) {
      if (error instanceof EtcdError) return
      if (!(error instanceof Failure) || performance.now() > end) throw error
      await sleep(200)
    }
  }
}
