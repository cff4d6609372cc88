import { resolve } from 'node:path'
import { refusal } from '../../../base/failure.ts'
import { readManifest } from '../../../state/manifest.ts'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf, namesIn, textOf } from '../../../system/read-files.ts'
import { certificateIn } from './easy-rsa.ts'
import type { Server } from './server.ts'

const HOME = '/etc/openvpn'
/** Where other set-ups keep it: PiVPN, the script of angristan, the manuals of OpenVPN and Easy-RSA. */
const USUAL = ['easy-rsa/pki', 'easy-rsa', '.', 'server'].flatMap(folder =>
  ['ta.key', 'tls-crypt.key', 'tls-auth.key'].map(name => resolve(HOME, folder, name)),
)

/** The half of the shared key: `tls-auth FILE 0`, or `key-direction 0` where the key is in the configuration itself. */
const DIRECTION = /^[ \t]*(?:tls-auth[ \t]+\S+|key-direction)[ \t]+"?([01])\b/m

/** The configuration of a server in one of the folders of OpenVPN. */
export interface FormerServer {
  readonly file: string
  readonly port: string
  /** udp or tcp. */
  readonly transport: string
  /** How its packets are protected, as `tlsMode` says it; undefined with keys of clients only (tls-crypt-v2). */
  readonly tlsMode: string | undefined
  /** Its digest, which its clients have too; OpenVPN's own where it names none. */
  readonly auth: string
  /** `0`, `1` or `none`: which half of the shared key it signs with (tls-auth). */
  readonly keyDirection: string
  /** The content of `ca`, `tls-crypt` …, in the file itself (`<ca>`) or in the file named there; undefined if there is none. */
  readonly content: (option: string) => Buffer | undefined
}

/** The configurations of servers there, also our own. */
export function formerServers(places: Places): FormerServer[] {
  return [HOME, `${HOME}/server`].flatMap(folder =>
    namesIn(below(places, folder)).flatMap(name => {
      const file = `${folder}/${name}`
      const text = name.endsWith('.conf') ? textOf(below(places, file)) : undefined
      if (text === undefined || !/^\s*(server|server-bridge|mode\s+server|tls-server)(\s|$)/m.test(text)) return []
      const value = (option: string) => new RegExp(`^\\s*${option}\\s+"?([^\\s"]+)`, 'm').exec(text)?.[1]
      const content = (option: string) => {
        const inline = new RegExp(`^\\s*<${option}>\\s*\\n([\\s\\S]*?)^\\s*</${option}>`, 'm').exec(text)?.[1]
        if (inline !== undefined) return Buffer.from(inline)
        const named = value(option)
        return named === undefined ? undefined : bytesOf(below(places, resolve(folder, named)))
      }
      const transport = (value('proto') ?? 'udp').slice(0, 3)
      const shared = /^\s*<?(tls-crypt|tls-auth)[\s>]/m.exec(text)?.[1]
      const tlsMode = shared ?? (/^\s*<?tls-crypt-v2[\s>]/m.test(text) ? undefined : 'none')
      const auth = (value('auth') ?? 'SHA1').toUpperCase().replace('-', '')
      const keyDirection = DIRECTION.exec(text)?.[1] ?? 'none'
      const port = value('port') ?? value('lport') ?? '1194'
      return { file, tlsMode, auth, keyDirection, port, transport, content }
    }),
  )
}

/** The shared key of a former set-up: the one in the configuration of a server, or one at a usual place. */
export function formerKey(places: Places): Buffer | undefined {
  const named = formerServers(places).flatMap(({ content }) => content('tls-crypt') ?? content('tls-auth') ?? [])
  return [...named, ...USUAL.map(file => bytesOf(below(places, file)))].find(key => key !== undefined)
}

/**
 * @throws Failure (refused) if a server takes the place of a former one whose clients could not connect any more: it has another
 * authority, other settings that both sides must share, or a key for each client
 */
export function refuseFormer(server: Server): void {
  const { places, rsa } = server
  const made = readManifest(places)
  const taken = formerServers(places).filter(
    ({ file, port, transport }) =>
      !made.has(file) && port === server.setting('port') && transport === server.setting('proto').slice(0, 3),
  )
  for (const former of taken) {
    const { file, content } = former
    const otherwise = `If they may get new profiles: mv ${file} ${file}.old`
    const authority = certificateIn(content('ca'))
    if (authority !== undefined && !rsa.isOurs(authority))
      throw refusal(`the server in ${file} has another authority than ${rsa.store.link}`, {
        hint: `Move its PKI there, so that its clients can still connect. ${otherwise}`,
      })
    const differing = differences(former, server)
    if (differing.length > 0)
      throw refusal(
        `the clients of ${file} connect with ${differing.map(({ name, value }) => `${name} ${value}, not ${server.setting(name)}`).join('; ')}`,
        {
          hint: `config setprop ${server.name} ${differing.map(({ name, value }) => `${name} ${value}`).join(' ')}. ${otherwise}`,
        },
      )
    if (content('tls-crypt-v2') !== undefined && server.setting('tlsV2File') === '')
      throw refusal(`the clients of ${file} have keys of their own (tls-crypt-v2)`, {
        hint: `To accept them: config setprop ${server.name} tlsV2File FILE, where FILE has the server's key of tls-crypt-v2`,
      })
  }
}

/** Settings that the profiles of a former server have too, where others are set now. Without tls-auth and CBC, nothing uses the digest. */
function differences({ tlsMode, auth, keyDirection }: FormerServer, server: Server): { name: string; value: string }[] {
  const signs = tlsMode === 'tls-auth'
  const shared = {
    tlsMode,
    ...(signs || server.setting('dataCiphersFallback') ? { auth } : {}),
    ...(signs ? { keyDirection } : {}),
  }
  return Object.entries(shared).flatMap(([name, value]) =>
    value === undefined || value === server.setting(name) ? [] : { name, value },
  )
}
