import { EXIT, orUndefined, refusal } from '../../../base/failure.ts'
import { identify } from '../../../base/identify.ts'
import type { Records } from '../../../db/record.ts'
import { recordsOf } from '../../../db/store.ts'
import { below } from '../../../system/places.ts'
import { State } from '../../../system/state.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { KEYS } from '../keys.ts'
import { differences, factsOf } from './facts.ts'
import { fetchMetadata, type Source } from './fetched.ts'

/** What was fetched and agreed to; the template of the settings reads it. */
const STORED = 'provider'

/** Where the record says that the metadata of the provider are; undefined: in a file. */
export function sourceOf(configuration: Records): Source | undefined {
  const { properties } = configuration.get('sso') ?? {}
  const url = properties?.get('MetadataURL')
  if (!url) return undefined
  const protocol = properties?.get('Protocol') === 'openid' ? 'openid' : 'saml'
  return { url, protocol, fingerprint: properties?.get('MetadataFingerprint') || undefined }
}

/**
 * `gabarit sso refresh`: fetches the metadata of the provider and shows what has changed of keys and addresses. Only with the id of
 * what was shown they are stored.
 */
export async function refresh({ places, system, io, value, flag, answer }: Invocation): Promise<number> {
  const source = sourceOf(recordsOf(places, 'configuration'))
  if (source === undefined)
    throw refusal('sso has no MetadataURL', {
      hint: 'config setprop sso MetadataURL https://ADDRESS (or save a file: Metadata)',
    })
  const fetched = await fetchMetadata(source, io.now().getTime())
  const state = new State(below(places, KEYS), system)
  const stored = state.read(STORED)?.toString('utf8')
  // What is stored may be of another protocol, which the record had before.
  const before = (stored === undefined ? undefined : orUndefined(() => factsOf(stored, source.protocol))) ?? []
  const changes = differences(before, factsOf(fetched, source.protocol))
  // By what counts: some providers sign anew for everybody who asks.
  const plan = identify([source, changes])
  const wanted = value('plan')
  const files = changes.length === 0 ? [] : [asFile(stored === undefined ? 'create' : 'modify', changes)]
  const data = { plan, status: EXIT.done, files }
  if (changes.length === 0) return answer(data, 'The keys and addresses of the provider are the same.')
  if (wanted === undefined || flag('dry-run'))
    return answer(data, [...whose(source), ...changes, `To store this: gabarit sso refresh --plan ${plan}`].join('\n'))
  if (wanted !== plan)
    throw refusal(`plan ${wanted} is out of date: the provider says something else now`, {
      hint: 'Look again: gabarit sso refresh',
    })
  state.writeShared(STORED, fetched)
  return answer(data, [...changes, 'stored; to make it live: signal-event sso-update'].join('\n'))
}

function whose({ url, fingerprint }: Source): string[] {
  const by =
    fingerprint === undefined ? 'compare the keys with what the provider says elsewhere' : `signed by ${fingerprint}`
  return [`${url} (${by}):`]
}

/** As plans show a file. */
function asFile(change: string, changes: readonly string[]) {
  const path = `${KEYS}/${STORED}`
  return { path, change, edited: false, sensitive: true, diff: `--- ${path}\n+++ ${path}\n${changes.join('\n')}\n` }
}
