import { basename, dirname, resolve } from 'node:path'
import { EXIT, Failure } from '../../base/failure.ts'
import { Certificates, notAsAsked } from './certificates.ts'
import { readDehydrated } from './dehydrated-files.ts'
import { enter } from './deploy.ts'
import { readLeaf } from './pem.ts'
import { putIntoService } from './serve.ts'
import type { Settings } from './settings.ts'
import type { State } from './state.ts'
import type { Mode } from './types.ts'
import type { World } from './world.ts'

/**
 * Implements dehydrated's `deploy_cert`: imports the certificate into the history. If dehydrated was called by hand, also puts
 * it into service, whatever the authority, and fails loudly if that fails, because dehydrated then exits with 1.
 * @param keyFile the private key in dehydrated's folder of this certificate
 * @param byHand no run of `gabarit letsencrypt` is active that will put it into service
 * @returns the exit status
 * @throws Failure if it is not what was requested
 */
export async function deployCertificate(
  keyFile: string,
  byHand: boolean,
  settings: Settings,
  state: State,
  world: World,
): Promise<number> {
  const folder = dirname(resolve(keyFile))
  const certificates = new Certificates(world, settings, modeOf(folder, settings))
  const name = basename(folder)
  certificates.adopt(name, folder)
  if (!byHand) return EXIT.done
  const found = readDehydrated(folder)
  if (found === undefined) throw new Failure('dehydrated has no certificate here', { where: folder })
  const certificate = certificates.store.find(name, readLeaf(found.texts.cert, folder))
  if (certificate === undefined) throw notAsAsked(name, ['it is not in the history'])
  // An unwanted one, such as from dehydrated -d NAME, goes where SME Server put all of them: into modSSL.
  if (!certificates.wanted.some(wanted => wanted.name === name)) {
    state.deployed('the certificate was set, but the event has not finished')
    enter(world.places, [{ database: 'configuration', key: 'modSSL', certificate }])
  }
  const problem = await putIntoService(certificates, state, world, new Set([name]))
  if (problem === undefined) return EXIT.done
  world.warn(problem)
  return EXIT.failed
}

/** The authority of the certificate: the folder is named after it. */
function modeOf(folder: string, { status, test, production }: Settings): Mode {
  const authority = basename(dirname(folder))
  if (authority === production.id) return 'production'
  if (authority === test.id) return 'test'
  return status === 'enabled' ? 'production' : 'test'
}
