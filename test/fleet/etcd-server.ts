import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Gateway, type Reached } from '../../src/modules/fleet/store/gateway.ts'
import type { Login } from '../../src/modules/fleet/store/session.ts'
import { keyPair } from '../../src/system/openssl.ts'
import { freePorts } from '../support/free-ports.ts'

const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** A member of etcd. */
export interface EtcdMember {
  readonly name: string
  readonly url: string
  /** For the program `etcd`. */
  readonly env: Readonly<Record<string, string>>
}

/** One etcd, or several that are one store, with certificates of their own authority. They are not started. */
export async function etcdMembers(
  folder: string,
  ...names: readonly string[]
): Promise<{ readonly members: readonly EtcdMember[]; readonly login: Login }> {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const authority = await keyPair(
    { subject: '/O=test', days: 2, extensions: ['basicConstraints=critical,CA:TRUE'] },
    EC,
  )
  const signer = { certificate: file('ca.crt', authority.certificate), key: file('ca.key', authority.key) }
  const extensions = ['extendedKeyUsage=serverAuth,clientAuth', 'subjectAltName=IP:127.0.0.1']
  const pair = await keyPair({ subject: '/O=test/OU=store', days: 2, extensions, signer }, EC)
  const own = { CERT_FILE: file('tls.crt', pair.certificate), KEY_FILE: file('tls.key', pair.key) }
  const ports = await freePorts(names.length * 2)
  const places = names.map((name, index) => ({
    name,
    url: `https://127.0.0.1:${ports[2 * index]}`,
    peer: `https://127.0.0.1:${ports[2 * index + 1]}`,
  }))
  const cluster = places.map(({ name, peer }) => `${name}=${peer}`).join(',')
  const members = places.map(({ name, url, peer }): EtcdMember => {
    const data = join(folder, name)
    mkdirSync(data)
    chmodSync(data, 0o700)
    const settings = {
      ...{ NAME: name, DATA_DIR: data, BCRYPT_COST: '4', LOGGER: 'zap', MAX_TXN_OPS: '1024' },
      ...{ LISTEN_CLIENT_URLS: url, ADVERTISE_CLIENT_URLS: url, TRUSTED_CA_FILE: signer.certificate },
      ...{ CLIENT_CERT_AUTH: 'true', PEER_TRUSTED_CA_FILE: signer.certificate },
      ...{ LISTEN_PEER_URLS: peer, INITIAL_ADVERTISE_PEER_URLS: peer, INITIAL_CLUSTER: cluster },
      ...own,
      ...Object.fromEntries(Object.entries(own).map(([setting, path]) => [`PEER_${setting}`, path])),
    }
    const env = Object.fromEntries(Object.entries(settings).map(([setting, value]) => [`ETCD_${setting}`, value]))
    return { name, url, env }
  })
  const endpoints = places.map(({ url }) => url)
  const reached = { endpoints, authority: authority.certificate, certificate: pair.certificate, key: pair.key }
  return { members, login: { ...reached, user: 'root', password: 'secret' } }
}

/** Whether it answers, also if what it answers is that it refuses. */
export async function answers(reached: Reached): Promise<boolean> {
  const gateway = new Gateway(reached)
  try {
    await gateway.ask('/auth/authenticate', { name: 'root', password: '' }, undefined)
    return true
  } catch (error) {
    return error instanceof Error && error.name === 'EtcdError'
  } finally {
    gateway.close()
  }
}

/** From then on it asks everybody who they are. */
export async function switchOnUsers({ user: name, password, ...reached }: Login): Promise<void> {
  const gateway = new Gateway(reached)
  for (const [path, body] of [
    ['/auth/role/add', { name }],
    ['/auth/user/add', { name, password }],
    ['/auth/user/grant', { user: name, role: name }],
    ['/auth/enable', {}],
  ] as const)
    await gateway.ask(path, body, undefined)
  gateway.close()
}
