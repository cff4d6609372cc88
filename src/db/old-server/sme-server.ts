import { type DbRecord, makeRecord } from '../record.ts'
import { changed, type Meaning, textIn, without } from './meaning.ts'
import type { Say } from './remark.ts'
import { portForward } from './sme-port-forwards.ts'

const KINDS = ['none', 'local', 'local-pw', 'global', 'global-pw', 'global-pw-remote']

/** What the records of SME Server mean. */
export const SME_SERVER: readonly Meaning[] = [
  ...['tcp', 'udp'].map(
    (protocol): Meaning => ({
      database: `portforward_${protocol}`,
      of: () => true,
      become: (record, _, say) => [{ database: 'portforwards', record: portForward(protocol, record, say) }],
    }),
  ),
  {
    // There it says whether a hook runs, here which one.
    ...dropped('configuration', 'hookScript', /^[^/]/, 'a hook always runs'),
    of: record => record.key === 'letsencrypt' && /^[^/]/.test(textIn(record, 'hookScript')),
  },
  dropped('networks', 'Router', /^default$/, 'the network is reached directly'),
  {
    database: 'accounts',
    of: ({ type, properties }) => type === 'ibay' && !KINDS.includes(properties.get('PublicAccess') ?? ''),
    become: (record, _, say) => {
      const access = JSON.stringify(textIn(record, 'PublicAccess'))
      say('closed', `its site is closed (PublicAccess none), because PublicAccess ${access} is not known`)
      return [changed(record, { PublicAccess: 'none' })]
    },
  },
  {
    database: 'accounts',
    of: ({ type, properties }) =>
      type === 'ibay' && properties.get('PublicAccess')?.includes('-pw') === true && !properties.has('BasicAuthFile'),
    become: (record, _, say) => {
      const access = textIn(record, 'PublicAccess')
      const wayOut = `htpasswd -B -c FILE NAME, then db accounts setprop ${record.key} BasicAuthFile FILE`
      say('closed', `its site is closed until it has passwords (PublicAccess ${access}): ${wayOut}`)
      return [record]
    },
  },
  {
    // The web server has a record of another name there, and HTTPS one of its own that older versions have not.
    database: 'configuration',
    of: ({ key }) => key === 'httpd-e-smith',
    become: (old, { there, present }, say) => {
      const [httpd, modSSL] = [there('configuration').get('httpd'), there('configuration').get('modSSL')]
      if (httpd !== undefined) {
        say('unsupported', 'dropped, because there is also a record "httpd"')
        return []
      }
      const { access = 'public', status = 'enabled', TCPPort = '80' } = Object.fromEntries(old.properties)
      const known = access === 'public' || access === 'private'
      const why = known ? '' : `; disabled, because access ${JSON.stringify(access)} is not known`
      say(known ? 'converted' : 'closed', `becomes "httpd", with its access, status and TCPPort${why}`)
      const kept = known ? { access, status } : { access: 'private', status: 'disabled' }
      const here = present('configuration')
      const web = changed(here.get('httpd') ?? makeRecord('httpd', 'service'), { ...kept, TCPPort })
      if (access === 'public' || modSSL !== undefined) return [web]
      return [web, closedHttps(here.get('modSSL') ?? makeRecord('modSSL', 'service'), say)]
    },
  },
  {
    database: 'configuration',
    of: ({ key, properties }) => key === 'modSSL' && !properties.has('access'),
    become: (record, { there }, say) => {
      const web = there('configuration').get('httpd-e-smith')
      const isOpen = web === undefined || (web.properties.get('access') ?? 'public') === 'public'
      return [isOpen ? record : closedHttps(record, say)]
    },
  },
]

/** HTTPS must not be open where the web server was not. */
function closedHttps(record: DbRecord, say: Say): DbRecord {
  if (record.properties.has('access')) return record
  say('closed', 'gets access private, as httpd-e-smith has it', record.key)
  return changed(record, { access: 'private' })
}

/** A value that means nothing here. */
function dropped(database: string, property: string, value: RegExp, why: string): Meaning {
  return {
    database,
    of: record => value.test(textIn(record, property)),
    become: (record, _, say) => {
      say('converted', `${property} ${JSON.stringify(textIn(record, property))} is dropped: ${why}`)
      return [without(record, [property])]
    },
  }
}
