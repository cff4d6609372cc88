import { EXIT } from '../../../base/failure.ts'
import { changeDatabase } from '../../../db/change.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { removeCertificates } from '../deploy.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import { certificatesInService } from '../warn.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt off` */
export function run(invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  const world = makeWorld(invocation, 'off')
  return alone(world, async () => {
    const { command } = world
    changeDatabase(places, 'configuration', { command }, draft => draft.setprop('letsencrypt', 'status', 'disabled'))
    removeCertificates(places, readSettings(places).baseFolder)
    const statuses = [await world.signal('letsencrypt-modify'), await world.signal('ssl-update')]
    const worst = Math.max(...statuses)
    if (worst === EXIT.done) {
      // Failed deployments no longer matter, and nothing was removed by a person.
      const state = new State(places, world.warn)
      state.deployed(undefined)
      state.noteEntered([])
      const byHand = certificatesInService(places, world.warn).map(({ record, file }) => `${record}: ${file}`)
      const kept = byHand.length === 0 ? '' : `\nSet by hand, so not changed: ${byHand.join(', ')}`
      print(
        `letsencrypt is off: none of its certificates is in service. Nothing was deleted; setup restores everything.${kept}`,
      )
    }
    return worst
  })
}
