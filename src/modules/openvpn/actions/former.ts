import { resolve } from 'node:path'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf, namesIn, textOf } from '../../../system/read-files.ts'

const HOME = '/etc/openvpn'
/** Where other set-ups keep it: PiVPN, the script of angristan, the manuals of OpenVPN and Easy-RSA. */
const USUAL = ['easy-rsa/pki', 'easy-rsa', '.', 'server'].flatMap(folder =>
  ['ta.key', 'tls-crypt.key', 'tls-auth.key'].map(name => resolve(HOME, folder, name)),
)

/** The configuration of a server in one of the folders of OpenVPN. */
export interface FormerServer {
  readonly file: string
  readonly port: string
  /** udp or tcp. */
  readonly transport: string
  /** How its packets are protected, as `tlsMode` says it; undefined with keys of clients only (tls-crypt-v2). */
  readonly tlsMode: string | undefined
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
      return { file, tlsMode, port: value('port') ?? value('lport') ?? '1194', transport, content }
    }),
  )
}

/** The shared key of a former set-up: the one in the configuration of a server, or one at a usual place. */
export function formerKey(places: Places): Buffer | undefined {
  const named = formerServers(places).flatMap(({ content }) => content('tls-crypt') ?? content('tls-auth') ?? [])
  return [...named, ...USUAL.map(file => bytesOf(below(places, file)))].find(key => key !== undefined)
}
