import { basename, dirname, resolve } from 'node:path'
import { EXIT, Failure, usageFailure } from '../../../base/failure.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import { RUN_VARIABLE, readDehydrated } from '../dehydrated.ts'
import { enter } from '../deploy.ts'
import { alone } from '../run-lock.ts'
import { putIntoService } from '../serve.ts'
import { readSettings, type Settings } from '../settings.ts'
import { State } from '../state.ts'
import type { Mode, World } from '../world.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt hook deploy_cert DOMAIN KEY CERTIFICATE FULLCHAIN CHAIN TIME` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, io } = invocation
  const [step = '', , key = ''] = args
  if (step !== 'deploy_cert') throw usageFailure(`the hook is for deploy_cert, not ${JSON.stringify(step)}`)
  const world = makeWorld(invocation, 'hook')
  const byHand = io.env[RUN_VARIABLE] === undefined
  const deploy = () => deployCertificate(dirname(resolve(key)), byHand, world)
  return byHand ? alone({ ...world, command: 'dehydrated' }, deploy) : deploy()
}

/**
 * Implements dehydrated's `deploy_cert`: imports the certificate into the history. If dehydrated was called by hand, also puts
 * it into service, whatever the authority, and fails loudly if that fails, because dehydrated then exits with 1.
 * @param folder of this certificate in dehydrated's folder
 * @param byHand no run of `gabarit letsencrypt` is active that will put it into service
 * @returns the exit status
 * @throws Failure if it is not what was requested
 */
async function deployCertificate(folder: string, byHand: boolean, world: World): Promise<number> {
  const certificates = new Certificates(world, modeOf(folder, readSettings(world.places)))
  const name = basename(folder)
  const found = readDehydrated(folder)
  const certificate = found === undefined ? undefined : certificates.adopt(name, found).certificate
  if (!byHand) return EXIT.done
  if (certificate === undefined) throw new Failure('dehydrated has no certificate here', { where: folder })
  const state = new State(world.places, world.warn)
  // An unwanted one, such as from dehydrated -d NAME, goes where SME Server put all of them: into modSSL.
  const record = recordsOf(world.places, 'configuration').get('modSSL')
  if (record !== undefined && !certificates.wanted.some(wanted => wanted.name === name)) {
    state.deployed('the certificate was set, but the event has not finished')
    enter(world.places, [{ database: 'configuration', record, certificate }])
  }
  return (await putIntoService(certificates, state, new Set([name]))) ? EXIT.done : EXIT.failed
}

/** The authority of the certificate: the folder is named after it. Undefined for any other folder. */
function modeOf(folder: string, { test, production }: Settings): Mode | undefined {
  const authority = basename(dirname(folder))
  if (authority === production.id) return 'production'
  return authority === test.id ? 'test' : undefined
}
