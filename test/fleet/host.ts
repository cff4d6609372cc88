import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { type Identity, identityFile, newIdentity } from '../../src/archive/identity.ts'
import { parse } from '../../src/db/json.ts'
import { sealBundle } from '../../src/modules/fleet/release/bundle.ts'
import { type Cut, cut } from '../../src/modules/fleet/release/chunks.ts'
import { type Order, signOrder } from '../../src/modules/fleet/release/order.ts'
import { type LayerContents, resolve, type SiteFile } from '../../src/modules/fleet/release/resolve.ts'
import { Sandbox } from '../support/sandbox.ts'

export const FLEET = 'shops'

/** The controllers of a fleet: what signs, and what opens what hosts report. */
export class Controllers {
  readonly #pair = generateKeyPairSync('ed25519')
  readonly signer = pem(this.#pair.publicKey)
  readonly key = this.#pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

  static async make(): Promise<Controllers & { readonly identity: Identity }> {
    return Object.assign(new Controllers(), { identity: await newIdentity() })
  }
}

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

/** A part of a fleet, with records in the form of `db print`: `{ configuration: { sshd: ['service', { TCPPort: '22' }] } }`. */
export function layer(
  from: string,
  databases: Record<string, Record<string, readonly [type: string, properties?: Record<string, string>]>> = {},
  files: Record<string, string | SiteFile> = {},
): LayerContents {
  const records = (of: (typeof databases)[string]) =>
    parse(
      JSON.stringify(
        Object.fromEntries(Object.entries(of).map(([key, [type, properties = {}]]) => [key, { type, properties }])),
      ),
    )
  return {
    from,
    databases: new Map(Object.entries(databases).map(([name, of]) => [name, records(of)])),
    files: new Map(
      Object.entries(files).map(([path, file]) => [
        path,
        typeof file === 'string' ? { data: Buffer.from(file), program: false } : file,
      ]),
    ),
  }
}

/** A small server that has joined a fleet; its orders and bundles lie in a folder. */
export class FleetHost extends Sandbox {
  readonly safe = new Sandbox()
  readonly folder = join(this.safe.root, 'store')
  readonly name: string
  readonly identity: Identity
  readonly controllers: Controllers & { readonly identity: Identity }

  private constructor(name: string, identity: Identity, controllers: FleetHost['controllers']) {
    super()
    this.name = name
    this.identity = identity
    this.controllers = controllers
    this.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n')
    this.write('/etc/group', 'root:x:0:\nwww-data:x:33:\n')
    this.must('config set DomainName example.org')
    this.must(`config set SystemName ${name}`)
    this.must('signal-event post-install')
    const member = { fleet: FLEET, host: name, controller: false, endpoints: [], user: '', password: '' }
    const signer = controllers.signer
    this.write('/var/lib/gabarit/fleet/member.json', JSON.stringify({ ...member, signer }), 0o600)
    this.write('/var/lib/gabarit/fleet/identity.txt', identityFile(identity), 0o600)
  }

  static async join(name: string, controllers: FleetHost['controllers']): Promise<FleetHost> {
    return new FleetHost(name, await newIdentity(), controllers)
  }

  /** Places an order for these parts of the fleet, the nearest first. @returns what was cut */
  async order(turn: Partial<Order>, layers: readonly LayerContents[]): Promise<Cut> {
    const release = turn.release ?? 1
    const label = { fleet: FLEET, host: this.name, release }
    const made = cut(await sealBundle(resolve(layers), label, this.identity.recipient))
    for (const [name, part] of made.chunks) outputFileSync(join(this.folder, name), part)
    this.place({ ...this.usual(made), ...turn })
    return made
  }

  usual({ bundle }: Cut): Order {
    const controllers = [this.controllers.identity.recipient]
    return { fleet: FLEET, host: this.name, release: 1, attempt: 1, bundle, within: 600, soak: 60, controllers }
  }

  place(order: Order, key = this.controllers.key): void {
    outputFileSync(join(this.folder, 'order'), signOrder(order, key))
  }

  /** `gabarit fleet take` */
  take(...options: readonly string[]) {
    return this.run(['gabarit', 'fleet', 'take', '--from', this.folder, ...options])
  }

  override remove(): void {
    this.safe.remove()
    super.remove()
  }
}
