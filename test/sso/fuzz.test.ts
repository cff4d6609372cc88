// Hundreds of messages by strangers who know all that is public, and by users who want to be somebody else.
import { createSign } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readLogin } from '../../src/modules/sso/gate/saml/login.ts'
import { logoutRequest, readLogoutRequest, soapEnvelope } from '../../src/modules/sso/gate/saml/logout.ts'
import { newMessage, SUCCESS } from '../../src/modules/sso/gate/saml/message.ts'
import { readRedirect } from '../../src/modules/sso/gate/saml/redirect.ts'
import { Rejected } from '../../src/modules/sso/gate/saml/rejected.ts'
import { RSA_SHA256, signXml } from '../../src/modules/sso/gate/saml/signed.ts'
import { needsCommands } from '../support/packages.ts'
import { Chooser } from '../support/random.ts'
import { stepsOf } from '../support/steps.ts'
import { newPair } from './lasso.ts'
import { BASE, NearGate } from './near-gate.ts'

const tests = suite('hundreds of forged messages')
const step = stepsOf(tests, needsCommands('/usr/lib/python3/dist-packages/lasso.py', 'openssl'))

const COUNT = 200
const PROVIDER = { entityId: 'https://idp.example.net/metadata', base: '', certificates: [], bindings: [] }
const near = new NearGate()
const stranger = newPair('stranger')
const { pick, chance } = new Chooser()
tests.after(() => near.remove())

/** What somebody might put somewhere. */
const WORDS = [
  ...[
    'alice',
    'root',
    '',
    '0',
    '-1',
    'constructor',
    '__proto__',
    'javascript:alert(1)',
    '\u0000',
    '\ud800',
    '%ff',
    '%',
  ],
  ...[
    '<!--x-->',
    '<![CDATA[alice]]>',
    '<?x y?>',
    '<!DOCTYPE x>',
    '&alice;',
    '&#0;',
    '&lt;',
    '<a/>',
    '</a>',
    '\r\n<5>root',
  ],
  ...[RSA_SHA256, 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', '2020-01-01T00:00:00Z', `${BASE}/slo`, '#_x'],
]

type Mutation = (text: string) => string
const at = (text: string) =>
  Math.floor(pick([0, 0.25, 0.5, 0.75].map(part => part + pick([0, 0.1, 0.2]))) * text.length)
const part = (text: string, pattern: RegExp) => pick([...(text.match(pattern) ?? ['']), ''])
const ELEMENT = /<([\w:]+)(?: [^<>]*)?>(?:(?!<\1[ >]).)*?<\/\1>|<[\w:]+[^<>]*\/>/gs

const MUTATIONS: readonly Mutation[] = [
  text => text.slice(0, at(text)) + pick(WORDS) + text.slice(at(text)),
  text => text.slice(0, at(text)),
  text => text.replace(part(text, /="[^"]*"/g) || '=', () => `="${pick(WORDS)}"`),
  text => text.replace(part(text, />[^<>]+</g) || '><', () => `>${pick(WORDS)}<`),
  text => text.replace(part(text, ELEMENT), ''),
  text => text.replace(part(text, ELEMENT), found => found + found),
  text => text.replace(part(text, ELEMENT), found => found + part(text, ELEMENT)),
  text => text.replace(part(text, / [\w:]+="[^"]*"/g), ''),
  text => text.replace(part(text, / [\w:]+="[^"]*"/g), found => found + found.replace(/"[^"]*"$/, '"x"')),
  text => text.replaceAll(pick(['samlp:', 'saml:', 'ds:']), pick(['x:', 'saml:', ''])),
  text => text.replaceAll('mallory', 'alice').replaceAll('nobody', 'alice'),
  text => text.replace(/&|(?<=\w)=/, found => found + found),
]

/** The same, changed in one to three places. */
function mutated(text: string): string {
  let result = text
  do result = pick(MUTATIONS)(result)
  while (chance(0.4))
  return result
}

/** What changes if somebody gets in, or is put out. */
const state = () =>
  JSON.stringify([readdirSync(join(near.folder, 'sessions')).sort(), near.gate.sessions.all(near.now)])

/** Each is refused with one line, and nothing has changed. */
async function refusesAll(make: () => string, send: (message: string) => Promise<Response>): Promise<void> {
  const before = state()
  for (let count = 0; count < COUNT; count++) {
    const message = make()
    let status = 0
    const lines = await near.logged(async () => {
      status = (await send(message)).status
    })
    assert.equal([status, lines.length], [403, 1], `${message}\n${lines.join('\n')}`)
  }
  assert.is(state(), before)
}

/** With a certificate that it brings along, as the genuine one has it. */
const withKey = (xml: string) => {
  const key = `<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${near.provider.certificate.replace(/-----[^-]+-----|\s/g, '')}</X509Certificate></X509Data></KeyInfo>`
  return xml.replace(/<\/ds:SignatureValue>/, found => found + key)
}
const requestOf = (user: string, to: string) => logoutRequest(PROVIDER, to, { nameId: { value: user } }, near.now)
const inQuery = (carrier: string, xml: string, sign: boolean) => {
  const query = `${carrier}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}&SigAlg=${encodeURIComponent(RSA_SHA256)}`
  const signature = createSign('sha256').update(query).sign(stranger.key, 'base64')
  return sign ? `${query}&Signature=${encodeURIComponent(signature)}` : query
}

step('somebody is logged in', async () => {
  await near.startProvider()
  await near.answered('mallory')
  near.session('alice')
})

step('requests to log out by SOAP, without a key of the provider', () =>
  refusesAll(
    () => {
      const { id, xml } = requestOf('alice', `${BASE}/slo/soap`)
      const signed = pick([xml, signXml(xml, id, stranger.key), withKey(signXml(xml, id, stranger.key))])
      return chance(0.1) ? soapEnvelope(signed) : mutated(soapEnvelope(signed))
    },
    message => near.soap(message),
  ),
)

step('requests and answers in an address, without a key of the provider', () =>
  refusesAll(
    () => {
      const { xml } = requestOf('alice', `${BASE}/slo`)
      const carrier = pick(['SAMLRequest', 'SAMLResponse'])
      const query = inQuery(carrier, chance(0.5) ? mutated(xml) : xml, chance(0.5))
      return chance(0.5) ? query : mutated(query).replaceAll('#', '%23')
    },
    message => near.redirect(message),
  ),
)

step('answers to a login that the stranger has begun, without a key of the provider', async () => {
  const { xml, state: login } = await near.answered('mallory')
  const unsigned = xml.replaceAll(/<(?:ds:)?Signature .*?<\/(?:ds:)?Signature>/gs, '').replace(/^<\?xml[^>]*>\s*/, '')
  const id = / ID="([^"]+)"/.exec(unsigned)?.[1] ?? ''
  const alice = unsigned.replace('>mallory<', '>alice<')
  const status = `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>`
  const bare = newMessage('Response', PROVIDER, { Destination: `${BASE}/acs` }, status, near.now).xml
  await refusesAll(
    () => mutated(pick([alice, bare, signXml(alice, id, stranger.key), withKey(signXml(alice, id, stranger.key))])),
    message => near.post(message, login),
  )
})

step('whoever has an account is never taken for somebody else: the answer to a login', async () => {
  const { service, provider } = near.gate.settings
  const until = new Date(near.now + 3_600_000).toISOString().replace(/\.\d+/, '')
  const url = near.gate.entrance.ask({ site: 'app.example.org', path: '/', begun: 'x' }, 'browser', near.now)
  const { body } = await near.lasso.order('login', { url, user: 'mallory', index: 'M', until, groups: ['staff'] })
  const genuine = Buffer.from(body, 'base64').toString('utf8')
  const request = / InResponseTo="([^"]+)"/.exec(genuine)?.[1] ?? ''
  const userIn = (xml: string) => readLogin(xml, request, service, provider, near.now)
  assert.is(userIn(genuine).nameId.value, 'mallory')
  let refused = 0
  for (let count = 0; count < COUNT; count++) {
    const message = mutated(genuine)
    try {
      const { nameId, attributes } = userIn(message)
      assert.equal([nameId.value, attributes.get('groups')], ['mallory', ['staff']], message)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      refused++
    }
  }
  assert.ok(refused > COUNT / 2, `${refused} of ${COUNT} were refused`)
})

step('whoever has an account is never taken for somebody else: a request to log out', async () => {
  const { provider } = near.gate.settings
  const { url } = await near.logout('redirect', { user: 'mallory', name: 'mallory' })
  const genuine = url.slice(url.indexOf('?') + 1)
  const userIn = (query: string) =>
    readLogoutRequest(readRedirect(query, 'SAMLRequest', provider.keys).xml, `${BASE}/slo`, provider, near.now).nameId
  assert.is(userIn(genuine).value, 'mallory')
  for (let count = 0; count < COUNT; count++) {
    const message = mutated(genuine)
    try {
      assert.is(userIn(message).value, 'mallory', message)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
    }
  }
})

tests.run()
