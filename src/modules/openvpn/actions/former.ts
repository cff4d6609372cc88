import { resolve } from 'node:path'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf, namesIn, textOf } from '../../../system/read-files.ts'

const HOME = '/etc/openvpn'
/** Where other set-ups keep it: PiVPN, the script of angristan, the manuals of OpenVPN and Easy-RSA. */
const USUAL = ['easy-rsa/pki', 'easy-rsa', '.', 'server'].flatMap(folder =>
  ['ta.key', 'tls-crypt.key', 'tls-auth.key'].map(name => resolve(HOME, folder, name)),
)

/** The shared key of a former set-up: the one that the configuration of a server names, or one at a usual place. */
export function formerKey(places: Places): Buffer | undefined {
  const named = [HOME, `${HOME}/server`].flatMap(folder =>
    namesIn(below(places, folder)).flatMap(name => {
      const text = name.endsWith('.conf') ? textOf(below(places, `${folder}/${name}`)) : undefined
      if (text === undefined || !/^\s*(server|mode\s+server)\s/m.test(text)) return []
      const file = /^\s*tls-(?:crypt|auth)\s+"?([^\s"]+)/m.exec(text)?.[1]
      return file === undefined ? [] : resolve(folder, file)
    }),
  )
  return [...named, ...USUAL].map(file => bytesOf(below(places, file))).find(key => key !== undefined)
}
