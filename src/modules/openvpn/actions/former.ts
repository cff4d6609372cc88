import { resolve } from 'node:path'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf, namesIn, textOf } from '../../../system/read-files.ts'
import { revokedIn } from '../pki.ts'

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
  /** Its digest, which its clients have too; OpenVPN's own where it names none. */
  readonly auth: string
  /** `0`, `1` or `none`: which half of the shared key it signs with (tls-auth). */
  readonly keyDirection: string
  /** Whether several clients can connect with one certificate. */
  readonly sharesNames: boolean
  /** The content of `ca`, `tls-crypt` …, in the file itself (`<ca>`) or in the file named there; undefined if there is none. */
  readonly content: (option: string) => Buffer | undefined
  /** Serial numbers of certificates that it refuses: those in its revocation list, or the names of files in a folder (`dir`). */
  readonly revoked: () => readonly bigint[]
}

/** The configurations of servers there, also our own. */
export function formerServers(places: Places): FormerServer[] {
  return [HOME, `${HOME}/server`].flatMap(folder =>
    namesIn(below(places, folder)).flatMap(name => {
      const text = name.endsWith('.conf') ? textOf(below(places, `${folder}/${name}`)) : undefined
      return text === undefined ? [] : (formerServer(places, folder, name, text) ?? [])
    }),
  )
}

function formerServer(places: Places, folder: string, name: string, text: string): FormerServer | undefined {
  const { options, blocks } = optionsIn(text)
  const value = (option: string) => options.get(option)?.[0]
  const has = (option: string) => options.has(option) || blocks.has(option)
  if (!['server', 'server-bridge', 'tls-server'].some(has) && value('mode') !== 'server') return undefined
  const named = (option: string) => below(places, resolve(folder, value(option) ?? ''))
  const content = (option: string) => {
    const inline = blocks.get(option)
    if (inline !== undefined) return Buffer.from(inline)
    return has(option) ? bytesOf(named(option)) : undefined
  }
  return {
    file: `${folder}/${name}`,
    port: value('port') ?? value('lport') ?? '1194',
    transport: (value('proto') ?? 'udp').slice(0, 3),
    tlsMode: ['tls-crypt', 'tls-auth'].find(has) ?? (has('tls-crypt-v2') ? undefined : 'none'),
    auth: (value('auth') ?? 'SHA1').toUpperCase().replace('-', ''),
    keyDirection: options.get('tls-auth')?.[1] ?? value('key-direction') ?? 'none',
    sharesNames: has('duplicate-cn'),
    content,
    revoked: () => {
      if (options.get('crl-verify')?.[1] !== 'dir') return revokedIn(content('crl-verify')?.toString() ?? '')
      return namesIn(named('crl-verify')).flatMap(serial => (/^\d+$/.test(serial) ? BigInt(serial) : []))
    },
  }
}

/** The words of each option, of one that occurs twice the last ones, and the content of each block (`<ca>`). */
function optionsIn(text: string): { options: Map<string, string[]>; blocks: Map<string, string> } {
  const blocks = new Map<string, string>()
  const lines = text.replace(/^\s*<([\w-]+)>\s*\n([\s\S]*?)^\s*<\/\1>/gm, (_, tag: string, content: string) => {
    blocks.set(tag, content)
    return ''
  })
  const options = lines.split('\n').flatMap((line): [string, string[]][] => {
    const [option, ...words] = wordsOf(line)
    return option === undefined ? [] : [[option, words]]
  })
  return { options: new Map(options), blocks }
}

/** The words of a line, as OpenVPN reads them: quotes keep blanks, `#` and `;` begin a comment. */
function wordsOf(line: string): string[] {
  const parts = [...line.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(?:\\.|[^\s"'\\])+/g)]
  const comment = parts.findIndex(([part]) => /^[#;]/.test(part))
  return (comment < 0 ? parts : parts.slice(0, comment)).map(
    ([part, double, single]) => single ?? (double ?? part).replace(/\\(.)/g, '$1'),
  )
}

/** The shared key of a former set-up: the one in the configuration of a server, or one at a usual place. */
export function formerKey(places: Places): Buffer | undefined {
  const named = formerServers(places).flatMap(({ content }) => content('tls-crypt') ?? content('tls-auth') ?? [])
  return [...named, ...USUAL.map(file => bytesOf(below(places, file)))].find(key => key !== undefined)
}
