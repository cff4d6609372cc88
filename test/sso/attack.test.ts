// Messages that somebody has made, altered, wrapped or sent again: each is refused, changes nothing, and leaves one line in the log.
import { createHmac, createSign } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src/base/sha256.ts'
import { authorizer } from '../../src/modules/sso/gate/authorizer.ts'
import { readProvider } from '../../src/modules/sso/gate/saml/metadata.ts'
import { signXml } from '../../src/modules/sso/gate/saml/signed.ts'
import { needsCommands } from '../support/packages.ts'
import { stepsOf } from '../support/steps.ts'
import { newPair, providerMetadata } from './lasso.ts'
import { BASE, HOST, NearGate } from './near-gate.ts'

const tests = suite('attacks on logins')
const step = stepsOf(tests, needsCommands('/usr/lib/python3/dist-packages/lasso.py', 'openssl'))

const near = new NearGate()

tests.after(() => near.remove())

/** Words that every object knows, whatever it was made for. */
const INHERITED = ['constructor', '__proto__', 'toString']

/** What the provider answers to a login of alice; of its two signatures, that of the assertion. */
async function answered(): Promise<{ xml: string; state: string }> {
  const { xml, state } = await near.answered()
  return { xml: withSignatureOf(xml, 'Assertion'), state }
}

/** Each message is refused with one line in the log; the genuine one, after them, is taken. */
async function refusesAll(forged: Readonly<Record<string, string>>, genuine: string, state: string): Promise<void> {
  for (const [name, xml] of Object.entries(forged)) {
    assert.is.not(xml, genuine, `${name}: this is the genuine message`)
    const before = near.log.length
    assert.is((await near.post(xml, state)).status, 403, name)
    assert.is(near.log.length, before + 1, name)
  }
  assert.is((await near.post(genuine, state)).status, 303, near.log.at(-1))
}

const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s
const SIGNATURE = /<(?:ds:)?Signature .*?<\/(?:ds:)?Signature>/s
/** Lasso signs response and assertion: keeps one of the signatures. */
function withSignatureOf(xml: string, name: 'Response' | 'Assertion'): string {
  const assertion = matched(xml, ASSERTION)
  const signature = matched(name === 'Response' ? assertion : xml.replace(assertion, ''), SIGNATURE)
  return xml.replace(signature, '')
}
const idOf = (xml: string) => / ID="([^"]+)"/.exec(xml)?.[1] ?? ''
const matched = (xml: string, pattern: RegExp) => pattern.exec(xml)?.[0] ?? ''
/** The same about somebody else, unsigned, with an ID of its own. */
const evil = (xml: string) =>
  xml
    .replace(SIGNATURE, '')
    .replace(` ID="${idOf(xml)}"`, ' ID="_evil"')
    .replace('>alice<', '>root<')

step('a gateway and a provider', () => near.startProvider())

step('a signed assertion that was moved, and another one in its place (wrapping 3 to 8)', async () => {
  const { xml, state } = await answered()
  const signed = matched(xml, ASSERTION)
  const signature = matched(signed, SIGNATURE)
  assert.ok(signature !== '', 'the assertion is signed')
  const other = evil(signed)
  const bare = signed.replace(signature, '')
  const into = (outer: string, inner: string) => outer.replace('</saml:Assertion>', `${inner}</saml:Assertion>`)
  const behindIssuer = (outer: string, inner: string) => outer.replace('</saml:Issuer>', `</saml:Issuer>${inner}`)
  const object = (inner: string) =>
    signature.replace(
      /(<\/(?:ds:)?Signature>)$/,
      `<Object xmlns="http://www.w3.org/2000/09/xmldsig#">${inner}</Object>$1`,
    )
  const extensions = `<samlp:Extensions xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${other}</samlp:Extensions>`
  await refusesAll(
    {
      'XSW3: the other one first': xml.replace(signed, other + signed),
      'XSW3: the other one last': xml.replace(signed, signed + other),
      'XSW4: inside of the other one': xml.replace(signed, into(other, signed)),
      'XSW5: the signature in the other one, what it signs last': xml.replace(
        signed,
        behindIssuer(other, signature) + bare,
      ),
      'XSW6: inside of the signature of the other one': xml.replace(
        signed,
        behindIssuer(other, signature.replace(/(<(?:ds:)?KeyInfo)/, `${bare}$1`)),
      ),
      'XSW7: two, one in Extensions, one signed': xml.replace(signed, extensions + other),
      'XSW8: in an Object of the signature': xml.replace(signed, behindIssuer(other, object(bare))),
      'two with the same ID': xml.replace(signed, other.replace('_evil', idOf(signed)) + signed),
    },
    xml,
    state,
  )
})

step('a signed response that was moved (wrapping 1 and 2)', async () => {
  const { xml, state } = await answered()
  const plain = xml.replace(matched(matched(xml, ASSERTION), SIGNATURE), '')
  const signed = signXml(plain.replace(/^<\?xml[^>]*>\s*/, ''), idOf(plain), near.provider.key)
  const signature = matched(signed, SIGNATURE)
  const other = evil(signed)
  const behindIssuer = (inner: string) => other.replace('</saml:Issuer>', `</saml:Issuer>${inner}`)
  const original = signed.replace(signature, '')
  await refusesAll(
    {
      'XSW1: in the signature': behindIssuer(
        signature.replace('</ds:Signature>', `<ds:Object>${original}</ds:Object></ds:Signature>`),
      ),
      'XSW2: before the signature': behindIssuer(original + signature),
      'not signed at all': plain,
      'the signature of another response': behindIssuer(signature),
    },
    signed,
    state,
  )
})

step('what was altered, or signed in a way that is not believed', async () => {
  const { xml, state } = await answered()
  const signed = matched(xml, ASSERTION)
  const plain = signed.replace(matched(signed, SIGNATURE), '')
  const stranger = newPair('stranger')
  await refusesAll(
    {
      'another user': xml.replace('>alice<', '>root<'),
      'a comment in the name': xml.replace('>alice<', '>alice<!-- -->.evil<'),
      'another audience': xml.replace(`<saml:Audience>${BASE}`, '<saml:Audience>https://evil.example'),
      'a key of a stranger': xml.replace(signed, signXml(plain, idOf(plain), stranger.key)),
      'our own key': xml.replace(signed, signXml(plain, idOf(plain), near.service.key)),
      'SHA-1': xml.replaceAll('xmldsig-more#rsa-sha256', 'xmldsig#rsa-sha1'),
      'an HMAC with the public key': xml.replaceAll('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#hmac-sha1'),
      'a hash of SHA-1': xml.replaceAll('xmlenc#sha256', 'xmldsig#sha1'),
      'a document type': `<!DOCTYPE x [<!ENTITY e "alice">]>${xml.replace(/^<\?xml[^>]*>/, '')}`,
      'too large': xml.replace('>alice<', `>alice${' '.repeat(300_000)}<`),
      'no XML': '<a',
      ...Object.fromEntries(
        INHERITED.flatMap(word => [
          [`a signature of the kind ${word}`, xml.replace(/(SignatureMethod Algorithm=")[^"]+/, `$1${word}`)],
          [`a hash of the kind ${word}`, xml.replace(/(DigestMethod Algorithm=")[^"]+/, `$1${word}`)],
          [`a transform of the kind ${word}`, xml.replace(/(Transform Algorithm=")[^"]+/, `$1${word}`)],
        ]),
      ),
      'another kind of message': xml.replaceAll('samlp:Response', 'samlp:ArtifactResponse'),
    },
    xml,
    state,
  )
})

step('what is right, but for another time or another request', async () => {
  const { xml, state } = await answered()
  const second = await answered()
  const refused = async (what: string, at = near.now) => {
    const [present, before] = [near.now, near.log.length]
    near.now = at
    assert.is((await near.post(xml, state)).status, 403, what)
    near.now = present
    assert.is(near.log.length, before + 1, what)
  }
  assert.is((await near.post(second.xml, state)).status, 403, 'the answer to another request')
  assert.is((await near.post(xml, 'none')).status, 403, 'the answer to no request')
  await refused('too late', near.now + 4 * 60_000)
  await refused('too early', near.now - 4 * 60_000)
  assert.is((await near.post(xml, state)).status, 303)
  await refused('again')
})

step('a login is for the browser that has begun it', async () => {
  const { xml, state } = await answered()
  assert.is((await near.post(xml, state)).status, 303)
  assert.is((await near.ask(`/gabarit-sso/finish?login=${state}`)).status, 403)
  assert.is((await near.ask(`/gabarit-sso/finish?login=${state}`, {}, '__Host-gabarit-sso-asked=guess')).status, 403)
})

step('requests to log out by SOAP', async () => {
  const { isOpen } = near.session()
  const order = (more: object = {}) =>
    near.lasso.order('logout', { user: 'alice', name: 'alice', indexes: [], method: 'soap', signed: true, ...more })
  const { body } = await order()
  const request = matched(body, /<samlp:LogoutRequest .*<\/samlp:LogoutRequest>/s)
  const signature = matched(request, SIGNATURE)
  const other = (await order({ name: 'nobody', signed: false })).body.replace('>nobody<', '>alice<')
  const unsigned = matched(other, /<samlp:LogoutRequest .*<\/samlp:LogoutRequest>/s)
  const nobody = (await order({ name: 'nobody' })).body
  const signedNobody = matched(nobody, /<samlp:LogoutRequest .*<\/samlp:LogoutRequest>/s)
  const forged = {
    unsigned: other,
    altered: nobody.replace('>nobody<', '>alice<'),
    'wrapped by another one': nobody.replace(
      signedNobody,
      unsigned.replace(
        '</saml:Issuer>',
        `</saml:Issuer>${matched(signedNobody, SIGNATURE)}${signedNobody.replace(matched(signedNobody, SIGNATURE), '')}`,
      ),
    ),
    'beside another one': nobody.replace(signedNobody, unsigned + signedNobody),
    'the signature taken away': body.replace(signature, ''),
    'not in an envelope': request,
    'two bodies': body.replace(/<([a-zA-Z0-9-]+:)?Body>/, '<$1Body></$1Body>$&'),
  }
  for (const [name, text] of Object.entries(forged)) {
    const before = near.log.length
    assert.is((await near.ask('/gabarit-sso/slo/soap', { method: 'POST', body: text })).status, 403, name)
    assert.is(near.log.length, before + 1, name)
    assert.ok(isOpen(), name)
  }
  near.now += 4 * 60_000
  assert.is((await near.ask('/gabarit-sso/slo/soap', { method: 'POST', body })).status, 403, 'too late')
  near.now -= 4 * 60_000
  assert.ok(isOpen())
  assert.is((await near.ask('/gabarit-sso/slo/soap', { method: 'POST', body })).status, 200)
  assert.not.ok(isOpen())
  const again = near.session()
  assert.is((await near.ask('/gabarit-sso/slo/soap', { method: 'POST', body })).status, 403, 'again')
  assert.ok(again.isOpen())
})

step('requests to log out in an address', async () => {
  const { isOpen } = near.session('alice', 'S2')
  const order = { user: 'alice', name: 'alice', indexes: [], method: 'redirect' }
  const { url } = await near.lasso.order('logout', { ...order, signed: true })
  const query = url.slice(url.indexOf('?') + 1)
  const unsigned = (await near.lasso.order('logout', { ...order, signed: false })).url.split('?')[1] ?? ''
  const message = /SAMLRequest=([^&]+)/.exec(query)?.[1] ?? ''
  const signedBy = (text: string, algorithm: string, value: string) =>
    `${text}&SigAlg=${encodeURIComponent(algorithm)}&Signature=${encodeURIComponent(value)}`
  const bomb = encodeURIComponent(deflateRawSync(Buffer.alloc(50_000_000, ' ')).toString('base64'))
  const plain = `SAMLRequest=${message}`
  const sha1 = `${plain}&SigAlg=${encodeURIComponent('http://www.w3.org/2000/09/xmldsig#rsa-sha1')}`
  const forged = {
    unsigned,
    'another message with the signature of this one': query.replace(
      message,
      /SAMLRequest=([^&]+)/.exec(unsigned)?.[1] ?? '',
    ),
    'a state of somebody else': query.replace(/RelayState=[^&]*/, 'RelayState=evil'),
    'the message twice': `${plain}&${query}`,
    'SHA-1': `${sha1}&Signature=${encodeURIComponent(createSign('sha1').update(sha1).sign(near.provider.key, 'base64'))}`,
    'an HMAC': signedBy(
      plain,
      'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      createHmac('sha1', 'x').update(plain).digest('base64'),
    ),
    ...Object.fromEntries(INHERITED.map(word => [`a signature of the kind ${word}`, signedBy(plain, word, 'x')])),
    'what inflates to all memory': query.replace(message, bomb),
    'not well formed': '%',
    'a letter that is none': query.replace('RelayState=', 'RelayState=%ff'),
  }
  for (const [name, text] of Object.entries(forged)) {
    const before = near.log.length
    assert.is((await near.ask(`/gabarit-sso/slo?${text}`)).status, 403, name)
    assert.is(near.log.length, before + 1, name)
    assert.ok(isOpen(), name)
  }
  assert.is((await near.ask(`/gabarit-sso/slo?${query}`)).status, 303)
  assert.not.ok(isOpen())
  assert.is((await near.ask(`/gabarit-sso/slo?${query}`)).status, 403, 'again')
})

step('a ticket is of no use to a browser that has not begun a login', async () => {
  const { id } = near.session()
  for (const begun of ['', sha256('')]) {
    const { pathname, search } = new URL(near.gate.entrance.ticketUrl(id, { site: HOST, path: '/', begun }, near.now))
    assert.is((await near.ask(pathname + search)).status, 403, begun)
    const again = new URL(near.gate.entrance.ticketUrl(id, { site: HOST, path: '/', begun }, near.now))
    assert.is((await near.ask(again.pathname + again.search, {}, '__Host-gabarit-sso-begun=')).status, 403, begun)
  }
})

step('a message that costs much time is refused before it is read', async () => {
  const { body } = await near.lasso.order('logout', {
    user: 'alice',
    name: 'x',
    indexes: [],
    method: 'soap',
    signed: true,
  })
  const started = process.cpuUsage()
  const long = body.replace('</saml:Issuer>', `</saml:Issuer>${'<a ID="a"/>'.repeat(20_000)}`)
  assert.is((await near.ask('/gabarit-sso/slo/soap', { method: 'POST', body: long })).status, 403)
  assert.ok(process.cpuUsage(started).user < 1e6)
})

step('what cannot be removed is not said to be ended; a full disk prevents no logout', async () => {
  const order = () =>
    near.lasso.order('logout', { user: 'alice', name: 'alice', indexes: [], method: 'soap', signed: true })
  const send = (body: string) => near.soap(body)
  const [one, other] = [near.session(), near.session()]
  const { body } = await order()
  near.files.broken = path => path.endsWith(one.id)
  assert.is((await send(body)).status, 500)
  assert.match(near.log.at(-1) ?? '', 'EIO')
  assert.equal([one.isOpen(), other.isOpen()], [true, false], 'the others have ended')
  near.files.broken = path => path.includes('/used-')
  assert.is((await send(body)).status, 500, 'it could not be remembered')
  assert.not.ok(one.isOpen())
  near.files.broken = () => false
  assert.is((await send(body)).status, 403, 'again')
  assert.is((await send((await order()).body)).status, 200)
})

step('sessions that are over do not stay in the folder', () => {
  const { id } = near.session()
  near.now += 1e7
  near.session()
  assert.not.ok(existsSync(join(near.folder, 'sessions', id)))
})

/** What the port for Apache answers to these bytes. */
function askPort(port: number, bytes: Buffer, leave = false): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => leave && socket.resetAndDestroy()))
    let text = ''
    socket.on('data', data => {
      text += data.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

step('no process of this machine can stop the port for Apache', async () => {
  const server = authorizer(near.gate).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const record = (type: number, content: Buffer) => {
    const header = Buffer.from([1, type, 0, 1, 0, 0, 0, 0])
    header.writeUInt16BE(content.length, 4)
    return Buffer.concat([header, content])
  }
  const params = (content: Buffer) =>
    Buffer.concat([record(1, Buffer.alloc(8)), record(4, content), record(4, Buffer.of())])
  assert.is(await askPort(port, params(Buffer.from([0x80]))), '', 'a length that is cut off')
  assert.is(await askPort(port, params(Buffer.from([5]))), '', 'a name without a value')
  assert.is(await askPort(port, Buffer.alloc(2_000_000, 4)), '', 'too much')
  assert.is(await askPort(port, record(1, Buffer.alloc(8)), true), '', 'a connection that is cut')
  const place = Buffer.from('\x0a\x03GATE_PLACEapp\x09\x0fHTTP_HOSTapp.example.org')
  assert.match(await askPort(port, params(place)), 'Status: 302')
  // A connection that is held has to go: with the time, or for those who come later.
  const held = () =>
    new Promise(resolve => connect(port, '127.0.0.1').on('error', resolve).on('close', resolve).resume())
  const many = Array.from({ length: 501 }, held)
  const start = performance.now()
  await many[0]
  assert.ok(performance.now() - start < 4000, 'the oldest goes when there are too many')
  assert.match(await askPort(port, params(place)), 'Status: 302')
  await Promise.all(many)
  server.close()
})

step('metadata that cannot be believed', () => {
  const good = providerMetadata(newPair('other'))
  const bad = {
    'no key': good.replace(/<KeyDescriptor.*<\/KeyDescriptor>/s, ''),
    'no provider': good.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
    'an address that is none': good.replaceAll('https://idp.example.net/SingleLogoutService', 'javascript:alert(1)'),
    'a document type': `<!DOCTYPE x>${good}`,
    'a certificate that is none beside a good one': good.replace(
      /<KeyDescriptor.*<\/KeyDescriptor>/s,
      key => key + key.replace(/(?<=X509Certificate>)[^<]+/, 'bm9uZQ=='),
    ),
  }
  assert.is(readProvider(good).entityId, 'https://idp.example.net/metadata')
  for (const [name, xml] of Object.entries(bad)) assert.throws(() => readProvider(xml), undefined, name)
})

tests.run()
