import { usageFailure } from '../../../base/failure.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { RUN_VARIABLE } from '../dehydrated.ts'
import { deployCertificate } from '../hook.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt hook deploy_cert DOMAIN KEY CERTIFICATE FULLCHAIN CHAIN TIME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, io, places } = invocation
  const [step = '', , key = ''] = args
  if (step !== 'deploy_cert') throw usageFailure(`the hook is for deploy_cert, not ${JSON.stringify(step)}`)
  const world = makeWorld(invocation, 'hook')
  const byHand = io.env[RUN_VARIABLE] === undefined
  const deploy = () => deployCertificate(key, byHand, readSettings(places), new State(places, world.warn), world)
  return byHand ? alone(world, 'dehydrated', deploy) : deploy()
}
