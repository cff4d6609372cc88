import { changeDatabase } from '../../db/change.ts'
import { giveBack } from '../../letsencrypt/deploy.ts'
import { alone } from '../../letsencrypt/run-lock.ts'
import { State } from '../../letsencrypt/state.ts'
import { EXIT } from '../../system/failure.ts'
import type { Invocation } from '../command.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt off` */
export function run(invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  const world = makeWorld(invocation, 'off')
  return alone(world, 'gabarit letsencrypt off', async () => {
    changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt off' }, draft =>
      draft.setprop('letsencrypt', 'status', 'disabled'),
    )
    giveBack(places)
    const statuses = [await world.signal('letsencrypt-modify'), await world.signal('ssl-update')]
    const worst = Math.max(...statuses)
    if (worst === EXIT.done) {
      // What could not be put into service is not to be there any more; and nothing was taken out by a person.
      const state = new State(places, world.warn)
      state.deployed(undefined)
      state.noteEntered(new Set())
      print('letsencrypt is off; the self-signed certificate is served. Nothing was deleted: setup brings all back.')
    }
    return worst
  })
}
