// `gabarit sso refresh`: what the provider publishes is shown before it is stored, and what is hostile is refused.
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SignedXml } from 'xml-crypto'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { newPair, type Pair, providerMetadata } from './lasso.ts'
import { runBeside, TlsSite } from './tls-site.ts'

const tests = suite('gabarit sso refresh')
const step = stepsOf(tests, needsCommands('openssl') ?? enterNamespace('home'))

process.env.GABARIT_SERVICE_MANAGER = 'none'

const STORED = '/var/lib/gabarit/sso/provider'
const [signer, first, second] = ['federation', 'first', 'second'].map(newPair) as [Pair, Pair, Pair]
let site: TlsSite

tests.after(() => site?.stop())

/** Metadata with this key of the provider, signed as federations do. */
function signed(pair: Pair, by = signer, more = ''): string {
  const xml = providerMetadata(pair).replace('<EntityDescriptor', `<EntityDescriptor ID="_m" ${more}`)
  const sign = new SignedXml({
    ...{ privateKey: by.key, publicCert: by.certificate },
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  })
  const transforms = [
    'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
    'http://www.w3.org/2001/10/xml-exc-c14n#',
  ]
  sign.addReference({ xpath: '/*', transforms, digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' })
  sign.computeSignature(xml, { prefix: 'ds', location: { reference: '/*', action: 'prepend' } })
  return sign.getSignedXml()
}

const print = ({ certificate }: Pair) => new X509Certificate(certificate).fingerprint256
const publish = (text: string) => {
  site.handle = (_, answer) => answer.end(text)
}
const refresh = (...more: string[]) => runBeside(['gabarit sso refresh', ...more].join(' '))

/** It is refused with these words, and nothing is stored or changed. */
async function refuses(said: RegExp, status = 3): Promise<void> {
  const before = existsSync(STORED) && readFileSync(STORED, 'utf8')
  const ended = await refresh()
  assert.is(ended.status, status, ended.stdout + ended.stderr)
  assert.match(ended.stderr, said)
  assert.is(existsSync(STORED) && readFileSync(STORED, 'utf8'), before)
}

step('without an address', async () => {
  must(words('gabarit initialize-default-databases'))
  must(words('config set DomainName example.com'))
  site = await TlsSite.start(4433)
  await refuses(/sso has no MetadataURL/)
  must(words(`config set sso service status enabled MetadataURL ${site.origin}/metadata`))
})

step('an event says that they were not fetched', async () => {
  const { status, stderr } = await runBeside('signal-event sso-update')
  assert.is(status, 3)
  assert.match(stderr, 'the metadata at MetadataURL were not fetched yet: gabarit sso refresh')
})

step('what is looked at is stored, and nothing else', async () => {
  must(['config', 'setprop', 'sso', 'MetadataFingerprint', print(signer)])
  publish(signed(first))
  const shown = await refresh()
  assert.is(shown.status, 0, shown.stderr)
  assert.match(shown.stdout, `+key SHA-256 ${print(first)} (CN=first, until `)
  assert.match(shown.stdout, '+login https://idp.example.net/SingleSignOnService')
  assert.not(existsSync(STORED), 'it was only looked at')
  const [, plan = ''] = /--plan (\S+)/.exec(shown.stdout) ?? []
  publish(signed(second))
  assert.match((await refresh('--plan', plan)).stderr, /plan \S+ is out of date/)
  assert.not(existsSync(STORED), 'the provider said something else meanwhile')
  publish(signed(first))
  assert.match((await refresh('--plan', plan)).stdout, 'stored; to make it live: signal-event sso-update')
  must(words('signal-event sso-update'))
  assert.match(readFileSync('/var/lib/gabarit/sso/gate.json', 'utf8'), 'idp.example.net')
})

step('the same keys in another signature are no change', async () => {
  publish(signed(first, signer, 'validUntil="2999-01-01T00:00:00Z"'))
  assert.match((await refresh()).stdout, 'The keys and addresses of the provider are the same.')
})

step('a change of keys is a plan, for the console too', async () => {
  publish(signed(second))
  const { stdout } = await refresh('--dry-run --json')
  const { plan, files } = JSON.parse(stdout)
  assert.match(plan, /^[0-9a-f]{12}$/)
  assert.equal([files.length, files[0].sensitive], [1, true])
  assert.match(files[0].diff, `-key SHA-256 ${print(first)}`)
  assert.match(files[0].diff, `+key SHA-256 ${print(second)}`)
  assert.match((await runBeside('gabarit sso check')).stdout, /^warning +provider: .*says something else now/m)
})

step('what nobody has signed, or somebody else, or what was altered', async () => {
  publish(providerMetadata(second))
  await refuses(/the metadata are not signed/)
  publish(signed(second, second))
  await refuses(/signed by a certificate with the fingerprint/)
  publish(signed(second).replaceAll('idp.example.net', 'evil.example'))
  await refuses(/the signature of EntityDescriptor is not by a key of the provider/)
  const other = providerMetadata(second).replace('<EntityDescriptor', '<EntityDescriptor ID="_evil"')
  publish(other.replace('<IDPSSODescriptor', `${/<ds:Signature .*<\/ds:Signature>/s.exec(signed(first))?.[0]}$&`))
  await refuses(/the signature is about another element|not by a key/)
})

step('what is too old, too large, too slow or no metadata', async () => {
  publish(signed(second, signer, 'validUntil="2020-01-01T00:00:00Z"'))
  await refuses(/the metadata were valid until 2020/)
  publish(`<!DOCTYPE x [<!ENTITY e "${'x'.repeat(1000)}">]>${signed(second)}`)
  await refuses(/the message has a document type/)
  publish('<a/>'.repeat(3))
  await refuses(/the message is not XML/)
  site.handle = (_, answer) => flood(answer)
  await refuses(/the answer is larger than 512 kB/, 1)
  site.handle = (_, answer) => answer.writeHead(302, { location: 'https://evil.example/' }).end()
  await refuses(/the provider answers 302/, 1)
  site.handle = () => undefined
  await refuses(/no answer within 10 s/, 1)
})

/** Sends without end. */
function flood(answer: ServerResponse): void {
  const more = () => answer.write(Buffer.alloc(65536, ' ')) && setImmediate(more)
  answer.on('drain', more)
  more()
}

step('a certificate that nobody has signed', async () => {
  publish(signed(second))
  must(words(`config setprop sso MetadataURL ${site.origin.replace('localhost', '127.0.0.1')}/metadata`))
  await refuses(/127\.0\.0\.1/, 1)
})

step('a provider of OpenID Connect speaks for itself only', async () => {
  const url = `${site.origin}/.well-known/openid-configuration`
  must(words(`config setprop sso Protocol openid MetadataURL ${url} MetadataFingerprint`).concat(''))
  const endpoint = (name: string) => `${site.origin}/${name}`
  const document = {
    ...{ issuer: site.origin, authorization_endpoint: endpoint('authorize'), token_endpoint: endpoint('token') },
    jwks_uri: endpoint('jwks'),
  }
  publish(JSON.stringify({ ...document, issuer: 'https://idp.example.net' }))
  await refuses(/it is about https:\/\/idp\.example\.net, which has another address/)
  publish(JSON.stringify({ ...document, token_endpoint: 'http://localhost/token' }))
  await refuses(/token_endpoint is not an address of HTTPS/)
  publish(JSON.stringify(document))
  assert.match((await refresh()).stdout, `+token_endpoint ${site.origin}/token`)
})

tests.run()
