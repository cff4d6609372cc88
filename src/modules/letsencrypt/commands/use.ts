import { EXIT } from '../../../base/failure.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { choose } from '../history.ts'
import { alone } from '../run-lock.ts'
import { putIntoService } from '../serve.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt use ID|previous|latest [CERTIFICATE]` */
export function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [id = '', name] = args
  const world = makeWorld(invocation, 'use')
  return alone(world, 'gabarit letsencrypt use', async () => {
    const { certificates, certificate } = choose(world, readSettings(places), id, name)
    const served = await putIntoService(certificates, new State(places, world.warn), new Set([certificate.name]))
    return served ? EXIT.done : EXIT.failed
  })
}
