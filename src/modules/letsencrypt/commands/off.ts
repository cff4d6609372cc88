import { EXIT } from '../../../base/failure.ts'
import { changeDatabase } from '../../../db/change.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { giveBack } from '../deploy.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import { certificatesInService } from '../warn.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt off` */
export function run(invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  const world = makeWorld(invocation, 'off')
  return alone(world, 'gabarit letsencrypt off', async () => {
    changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt off' }, draft =>
      draft.setprop('letsencrypt', 'status', 'disabled'),
    )
    giveBack(places, readSettings(places).baseFolder)
    const statuses = [await world.signal('letsencrypt-modify'), await world.signal('ssl-update')]
    const worst = Math.max(...statuses)
    if (worst === EXIT.done) {
      // What could not be put into service is not to be there any more; and nothing was taken out by a person.
      const state = new State(places, world.warn)
      state.deployed(undefined)
      state.noteEntered(new Set())
      const byHand = certificatesInService(places, world.warn).map(({ record, file }) => `${record}: ${file}`)
      const kept = byHand.length === 0 ? '' : `\nEntered by hand, and left as it is: ${byHand.join(', ')}`
      print(`letsencrypt is off: no certificate of it is served. Nothing was deleted: setup brings all back.${kept}`)
    }
    return worst
  })
}
