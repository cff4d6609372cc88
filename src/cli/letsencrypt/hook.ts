import { RUN_VARIABLE } from '../../letsencrypt/dehydrated.ts'
import { deployCertificate } from '../../letsencrypt/hook.ts'
import { alone } from '../../letsencrypt/run-lock.ts'
import { readSettings } from '../../letsencrypt/settings.ts'
import { State } from '../../letsencrypt/state.ts'
import { usageFailure } from '../../system/failure.ts'
import type { Invocation } from '../command.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt hook deploy_cert DOMAIN KEY CERTIFICATE FULLCHAIN CHAIN TIME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [step = '', , key = ''] = args
  if (step !== 'deploy_cert') throw usageFailure(`the hook is for deploy_cert, not ${JSON.stringify(step)}`)
  const world = makeWorld(invocation, 'hook')
  const byHand = process.env[RUN_VARIABLE] === undefined
  const deploy = () => deployCertificate(key, byHand, readSettings(places), new State(places, world.warn), world)
  return byHand ? alone(world, 'dehydrated', deploy) : deploy()
}
