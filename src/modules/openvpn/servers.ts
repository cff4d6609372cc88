import type { Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { below, type Places } from '../../system/places.ts'

/** An OpenVPN server as described by its record. Paths are real paths. */
export interface VpnServer {
  /** Key of its record: `openvpn`, `openvpn-NAME`. */
  readonly name: string
  readonly enabled: boolean
  /** Where its management interface listens. */
  readonly management: { readonly socket: string } | { readonly port: number; readonly passwordFile: string }
  readonly tlsMode: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly crlFile: string
  readonly tlsFile: string
}

/** Records of VPN servers, selected as in the templates. */
const SERVER = /^openvpn(-.+)?$/

/** The VPN in the configuration database. */
export interface Vpn {
  /** In byte order. */
  readonly servers: readonly VpnServer[]
  /** How many days before it expires something is renewed. */
  readonly renewDays: number
  /** The same of a certificate of a server: never in the first half of its life, or a short one would be renewed every night. */
  readonly certificateDays: number
}

/** Names of the enabled servers. */
export function enabledServers(configuration: Records): string[] {
  return [...configuration.values()]
    .filter(({ key, properties }) => SERVER.test(key) && properties.get('status') === 'enabled')
    .map(({ key }) => key)
}

/** When certificates are due, from the record of their authority. */
export function renewalOf(configuration: Records): Pick<Vpn, 'renewDays' | 'certificateDays'> {
  const easyrsa = configuration.get('easyrsa')?.properties
  const renewDays = Number(easyrsa?.get('RenewDays') ?? 30)
  const lifetime = Number(easyrsa?.get('CertExpire') ?? 825)
  return { renewDays, certificateDays: Math.min(renewDays, Math.floor(lifetime / 2) + 1) }
}

/** Reads the records of VPN servers and of their authority. */
export function readServers(places: Places): Vpn {
  const records = recordsOf(places, 'configuration')
  const servers = [...records.values()]
    .filter(({ key, type }) => type === 'service' && SERVER.test(key))
    .map(({ key, properties }): VpnServer => {
      const text = (name: string, missing: string) => properties.get(name) || missing
      const folder = '/etc/openvpn/server'
      const port = properties.get('managementPort') ?? ''
      return {
        name: key,
        enabled: properties.get('status') === 'enabled',
        management:
          port === ''
            ? { socket: below(places, `/run/openvpn-server/${key}.sock`) }
            : { port: Number(port), passwordFile: below(places, `${folder}/${key}.management`) },
        tlsMode: text('tlsMode', 'tls-crypt'),
        caFile: below(places, text('caFile', `${folder}/ca.crt`)),
        certFile: below(places, text('certFile', `${folder}/${key}.crt`)),
        keyFile: below(places, text('keyFile', `${folder}/${key}.key`)),
        crlFile: below(places, text('crlFile', `${folder}/crl.pem`)),
        tlsFile: below(places, text('tlsFile', `${folder}/ta.key`)),
      }
    })
  return { servers, ...renewalOf(records) }
}
