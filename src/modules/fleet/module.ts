import { withVerbs } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'
import { RELEASE_VERBS } from './release/verbs.ts'
import { ROLLOUT_VERBS } from './rollout/verbs.ts'
import { HOST_VERBS } from './verbs/hosts.ts'

export const MODULE: Module = {
  name: 'fleet',
  commands: [
    withVerbs('fleet', 'many hosts: who belongs to the fleet, releases, their roll-out', [
      ...HOST_VERBS,
      ...RELEASE_VERBS,
      ...ROLLOUT_VERBS,
    ]),
  ],
  pages: async places => (await import('./member.ts')).pagesHere(places),
  actions: { 'fleet-store': async () => (await import('./store-keys.ts')).makeStoreKeys },
  checks: [
    { id: 'fleet', inStatus: 'fleet', run: async patient => (await import('./host/doctor.ts')).checkHost(patient) },
  ],
}
