import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { identityFile, newIdentity } from '../../src/archive/identity.ts'
import { sealBundle } from '../../src/modules/fleet/release/bundle.ts'
import { cut } from '../../src/modules/fleet/release/chunks.ts'
import { signOrder } from '../../src/modules/fleet/release/order.ts'
import { resolve } from '../../src/modules/fleet/release/resolve.ts'
import { Controllers, FLEET, layer } from '../fleet/host.ts'
import { type Site, waitingSite } from './site.ts'

/** A release with a record, a property that somebody has changed here, and a fragment. */
const RELEASE = layer(
  'all',
  { configuration: { note: ['record', { text: 'of the fleet' }] }, sites: { f: ['site', { title: 'Fleet' }] } },
  { 'templates-custom/etc/same': 'of the fleet\n' },
)

/**
 * Servers on which changes are pending when a release comes.
 * @param folder where the release is
 */
export async function fleetSites(folder: string): Promise<{ readonly site: () => Site; readonly take: string[] }> {
  const [controllers, identity] = [await Controllers.make(), await newIdentity()]
  const label = { fleet: FLEET, host: 'www1', release: 1 }
  const { bundle, chunks } = cut(await sealBundle(resolve([RELEASE]), label, identity.recipient))
  for (const [name, part] of chunks) outputFileSync(join(folder, name), part)
  const order = { ...label, attempt: 1, bundle, within: 3600, soak: 0, controllers: [controllers.identity.recipient] }
  outputFileSync(join(folder, 'order'), signOrder(order, controllers.key))
  const member = { fleet: FLEET, host: 'www1', controller: false, endpoints: [], user: '', password: '' }
  const site = () => {
    const made = waitingSite()
    const fleet = made.path('/var/lib/gabarit/fleet')
    const secret = { mode: 0o600 }
    outputFileSync(join(fleet, 'member.json'), JSON.stringify({ ...member, signer: controllers.signer }), secret)
    outputFileSync(join(fleet, 'identity.txt'), identityFile(identity), secret)
    return made
  }
  return { site, take: ['gabarit', 'fleet', 'take', '--from', folder] }
}
