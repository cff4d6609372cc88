import { compareBytes } from '../../../base/byte-order.ts'
import { refusal } from '../../../base/failure.ts'
import { integer, mapOf, moment, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import { layerPath, layersOf } from '../../../db/layers.ts'
import { bundleKey, objectKey, RELEASES_PREFIX, releaseKey } from '../store/keys.ts'
import type { Change, Compared, Store } from '../store/store.ts'
import { sealBundle } from './bundle.ts'
import { type Cut, cut, join } from './chunks.ts'
import { type Bundle, bundle } from './order.ts'
import { sealRecords } from './records.ts'
import { type LayerContents, resolve } from './resolve.ts'
import { BY_CONTROLLERS, refusedStatement, type Statement, signed, verified } from './signed.ts'

/** A release: what all hosts shall have from now on. It never changes. */
export type Release = TypeOf<typeof release>
const release = objectOf({
  fleet: text,
  number: integer,
  time: moment,
  user: text,
  note: text,
  /** The list of the hosts with their bundles. */
  hosts: bundle,
  /** All records and files of the fleet, for controllers. */
  records: bundle,
})

const RELEASE: Statement<Release> = { kind: 'release', by: BY_CONTROLLERS, form: '1', shape: release }

const hostBundles = mapOf(bundle)

/** What a release needs to know of a host. */
export interface Reader {
  readonly recipient: string
  readonly groups: readonly string[]
}

/** What all controllers have: one signs, the other one opens what only they may read. */
export interface ControllerKeys {
  /** ed25519, PKCS #8 in PEM. */
  readonly signing: string
  /** A public key of age. */
  readonly recipient: string
}

/** A release as it was stored. */
export interface Stored extends Release {
  /** Its records and files, encrypted for controllers. */
  readonly sealed: Uint8Array
}

/**
 * Makes a release, and stores it.
 * @param also what is compared and changed in the same commit
 * @returns undefined if there is one of this number already, or something else was changed meanwhile
 */
export async function storeRelease(
  store: Store,
  said: Omit<Release, 'hosts' | 'records'>,
  layers: ReadonlyMap<string, LayerContents>,
  members: ReadonlyMap<string, Reader>,
  { signing, recipient: reading }: ControllerKeys,
  also: { readonly compare: readonly Compared[]; readonly changes: readonly Change[] } = { compare: [], changes: [] },
): Promise<Stored | undefined> {
  const { fleet, number } = said
  const batch = new Batch(store)
  const bundles: [string, Bundle][] = []
  for (const [host, { recipient, groups }] of [...members].sort(([a], [b]) => compareBytes(a, b))) {
    const resolved = resolve(layersFor(host, groups, layers))
    const made = cut(await sealBundle(resolved, { fleet, host, release: number }, recipient))
    bundles.push([host, made.bundle])
    await batch.put(made, name => bundleKey(host, name))
  }
  const hosts = cut(Buffer.from(JSON.stringify(Object.fromEntries(bundles))))
  const sealed = await sealRecords(layers, { fleet, release: number }, reading)
  const records = cut(sealed)
  await batch.put(hosts, objectKey)
  await batch.put(records, objectKey)
  await batch.flush()
  const whole = { ...said, hosts: hosts.bundle, records: records.bundle }
  const value = signed(RELEASE, whole, signing)
  const key = releaseKey(number)
  const created = await store.commit([{ key, revision: 0 }, ...also.compare], [{ key, value }, ...also.changes])
  return created ? { ...whole, sealed } : undefined
}

/** What applies to a host, the nearest first. */
export function layersFor(
  host: string,
  groups: readonly string[],
  layers: ReadonlyMap<string, LayerContents>,
): LayerContents[] {
  return layersOf(host, groups).flatMap(layer => layers.get(layerPath(layer)) ?? [])
}

/** A release that is in the store. @throws Failure (refused) if it is missing, or not from the controllers of this fleet */
export async function readRelease(store: Store, number: number, signer: string, fleet: string): Promise<Release> {
  const found = await store.get(releaseKey(number))
  if (found === undefined)
    throw refusal(`there is no release ${number}`, {
      hint: 'Older ones are removed: config setprop fleet KeepReleases NUMBER',
    })
  const read = verified(RELEASE, found.value, signer)
  if (read.fleet !== fleet || read.number !== number)
    throw refusedStatement(
      RELEASE.kind,
      `is number ${read.number} of the fleet ${read.fleet}, not number ${number} of ${fleet}`,
    )
  return read
}

/** The numbers of the releases in the store, the oldest first. */
export async function releaseNumbers(store: Store): Promise<number[]> {
  const entries = await store.list(RELEASES_PREFIX)
  return entries.map(({ key }) => Number(key.slice(RELEASES_PREFIX.length))).filter(Number.isInteger)
}

/** The bundles of the hosts of a release. */
export async function bundlesOf(store: Store, { hosts }: Pick<Release, 'hosts'>): Promise<ReadonlyMap<string, Bundle>> {
  return hostBundles(JSON.parse((await join(hosts, fetchObject(store))).toString('utf8')))
}

/** Fetches a part that only controllers read. */
export function fetchObject(store: Store) {
  return async (name: string): Promise<string | undefined> => (await store.get(objectKey(name)))?.value
}

/** What etcd takes in one commit, with some room. */
const [MOST_BYTES, MOST_CHANGES] = [1_200_000, 100]

/** Puts values in as few commits as possible. */
class Batch {
  readonly #store: Store
  #changes: Change[] = []
  #size = 0

  constructor(store: Store) {
    this.#store = store
  }

  async put({ chunks }: Cut, keyOf: (name: string) => string): Promise<void> {
    for (const [name, value] of chunks) {
      if (this.#size + value.length > MOST_BYTES || this.#changes.length === MOST_CHANGES) await this.flush()
      this.#changes.push({ key: keyOf(name), value })
      this.#size += value.length
    }
  }

  async flush(): Promise<void> {
    if (this.#changes.length > 0) await this.#store.commit([], this.#changes)
    this.#changes = []
    this.#size = 0
  }
}
