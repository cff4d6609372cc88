import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { orUndefined, refusal } from '../../base/failure.ts'
import { DAY } from '../../base/time.ts'
import type { ActionRun } from '../../event/action.ts'
import { databaseLoader } from '../../plan/expand.ts'
import { below, type Places } from '../../system/places.ts'
import { textOf } from '../../system/read-files.ts'
import { splitList } from '../../template/text.ts'
import { storePair } from './authority.ts'
import { FLEET_FILES, fleetFile, fleetState, PEER_CERTIFICATE, STORE_CERTIFICATE } from './member.ts'

/** Where etcd finds them: a folder that it may read, but not change. */
const FOLDER = '/etc/etcd'

/** Days before the end of a certificate when it is made anew. */
const EARLY = 365

/** `fleet-store`: gives etcd its key, its certificate and the authority of the fleet, and starts it, if the store is here. */
export async function makeStoreKeys({ context, make, request }: ActionRun): Promise<void> {
  const { places } = context
  const etcd = databaseLoader(context)('configuration').get('etcd')?.properties
  if (etcd?.get('status') !== 'enabled') return
  if (!fleetState(places).has(FLEET_FILES.authorityKey))
    throw refusal('etcd is enabled, but there is no fleet on this host whose store it could be', {
      hint: 'gabarit fleet init NAME --address HOST\nOr: config setprop etcd status disabled',
    })
  // Not by the event: on a host without the store, etcd may be somebody else's, and would be stopped.
  request('etcd', 'start')
  const authority = fleetFile(places, 'authority')
  const names = splitList(etcd.get('Addresses'), ',')
  const file = { mode: 0o640, group: 'etcd', by: 'fleet-store', notify: ['etcd:restart'], secret: false }
  make({ ...file, path: `${FOLDER}/gabarit-ca.crt`, content: authority })
  for (const [side, path] of [
    ['clients', STORE_CERTIFICATE],
    ['members', PEER_CERTIFICATE],
  ] as const) {
    if (fits(places, path, authority, names)) continue
    const { key, certificate } = await storePair(places, side, names)
    make({ ...file, path: keyBeside(path), content: key, secret: true })
    make({ ...file, path, content: certificate })
  }
}

const keyBeside = (certificate: string) => certificate.replace(/crt$/, 'key')

/** Whether the certificate that is there is by the authority, for these names, and lasts. */
function fits(places: Places, path: string, authority: string, names: readonly string[]): boolean {
  const text = textOf(below(places, path))
  const certificate = orUndefined(() => new X509Certificate(text ?? ''))
  if (certificate === undefined || textOf(below(places, keyBeside(path))) === undefined) return false
  const signer = new X509Certificate(authority)
  const lasts = Date.parse(certificate.validTo) - Date.now() > EARLY * DAY
  const isFor = (name: string) =>
    (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
  return lasts && certificate.verify(signer.publicKey) && names.every(isFor)
}
