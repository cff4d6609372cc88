import { shell } from '../../base/quote.ts'
import { type DbRecord, makeRecord } from '../record.ts'
import { changed, elements, type Meaning, type Placed, textIn, type World } from './meaning.ts'
import type { Say } from './remark.ts'

/** What the records of NethServer 7 for web sites and certificates mean. */
export const NETHSERVER_WEB: readonly Meaning[] = [
  {
    database: 'vhosts',
    of: ({ type }) => type === 'vhost',
    become: (record, world, say) => site(record, world, say),
  },
  {
    database: 'proxypass',
    of: () => true,
    become: ({ key, type, properties }, _, say) => {
      const target = properties.get('Target') ?? ''
      const from = properties.get('ValidFrom') ?? ''
      const networks = from === '' ? '' : ` AllowedNetworks ${shell(from)}`
      const command = `db proxies set ${shell(key)} proxy Upstreams ${shell(target)}${networks}`
      const how = type === 'VhostReverse' ? `to have it here: ${command}` : 'make it a location of a proxy'
      say('unsupported', `stays behind: ${how}`)
      return []
    },
  },
  {
    database: 'configuration',
    of: record => record.key === 'pki' && textIn(record, 'CrtFile') !== '' && textIn(record, 'KeyFile') !== '',
    become: (record, { present, there }, say) => {
      if (there('configuration').has('modSSL')) return [record]
      const chain = textIn(record, 'ChainFile')
      say('converted', 'its certificate becomes that of modSSL')
      const https = changed(present('configuration').get('modSSL') ?? makeRecord('modSSL', 'service'), {
        crt: textIn(record, 'CrtFile'),
        key: textIn(record, 'KeyFile'),
        ...(chain === '' ? {} : { CertificateChainFile: chain }),
      })
      return [record, https]
    },
  },
  {
    database: 'configuration',
    of: record => record.key === 'pki' && textIn(record, 'LetsEncryptDomains') !== '',
    become: (record, _, say) => {
      const names = elements(record, 'LetsEncryptDomains').join(', ')
      say('unsupported', `for certificates of ${names}: db domains setprop NAME letsencryptSSLcert enabled`)
      return [record]
    },
  },
]

/** A virtual host is an ibay with its folder, and a domain for each of its names. */
function site(record: DbRecord, { there }: World, say: Say): readonly Placed[] {
  const { key } = record
  const names = elements(record, 'ServerNames').filter(name => !there('domains').has(name))
  if (there('accounts').has(key)) {
    say('unsupported', `stays behind, because accounts has a record ${JSON.stringify(key)} too`)
    return []
  }
  const scope = textIn(record, 'Access') === 'public' ? 'global' : 'local'
  const isOff = (record.properties.get('status') ?? 'enabled') !== 'enabled'
  const access = isOff ? 'none' : `${scope}${textIn(record, 'PasswordStatus') === 'enabled' ? '-pw' : ''}`
  const folder = `/var/lib/nethserver/vhost/${key}`
  const how = `becomes the ibay ${key} (PublicAccess ${access}), and the domains ${names.join(', ') || 'none'}`
  say(access.endsWith('-pw') || isOff ? 'closed' : 'converted', how)
  const ibay = makeRecord(key, 'ibay', [
    ['Name', textIn(record, 'Description') || key],
    ['Path', folder],
    ['PublicAccess', access],
  ])
  const secure = textIn(record, 'ForceSslStatus') === 'enabled' ? 'enabled' : 'disabled'
  return [
    { database: 'accounts', record: ibay },
    ...names.map(name => ({
      database: 'domains',
      record: makeRecord(name, 'domain', [
        ['Content', key],
        ['ForceSSL', secure],
      ]),
    })),
  ]
}
