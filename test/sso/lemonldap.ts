import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Daemons, stop } from '../support/daemons.ts'
import type { Front } from '../support/front.ts'
import { newPair } from './lasso.ts'
import type { Page, Visitor } from './visitor.ts'

/** Where browsers find the portal; the nginx of the tests passes it on to {@link PORTAL_PORT}. */
export const PORTAL = 'https://auth.example.net'
export const PORTAL_PORT = 18082

/** What it knows the gateway by, in OpenID Connect. */
export const OPENID_SECRET = 'secret/of+the=gateway'

/** LemonLDAP::NG as an identity provider with its users of the Demo backend, whose passwords are their names. */
export class LemonLdap {
  readonly #daemons: Daemons
  readonly #folder = mkdtempSync(join(tmpdir(), 'gabarit-lemonldap-'))
  readonly pair = newPair('lemonldap')
  #portal: ChildProcess | undefined
  #starts = 0

  constructor(daemons: Daemons) {
    this.#daemons = daemons
    for (const name of ['conf', 'sessions', 'lock', 'cache']) mkdirSync(join(this.#folder, name))
    writeFileSync(join(this.#folder, 'app.psgi'), 'use Lemonldap::NG::Portal; Lemonldap::NG::Portal->run({})\n')
    writeFileSync(
      join(this.#folder, 'settings.ini'),
      `[all]
logLevel = notice
[configuration]
type = File
dirName = ${this.#folder}/conf
localStorage = Cache::FileCache
localStorageOptions = {'namespace' => 'conf', 'cache_root' => '${this.#folder}/cache'}
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
`,
    )
  }

  /** Starts the portal, or starts it again. @param service the metadata of the gateway (SAML), or what it registers (OpenID Connect) */
  async start(service?: string): Promise<void> {
    if (this.#portal !== undefined) await stop(this.#portal)
    rmSync(join(this.#folder, 'cache'), { recursive: true })
    mkdirSync(join(this.#folder, 'cache'))
    writeFileSync(join(this.#folder, 'conf/lmConf-1.json'), JSON.stringify(this.#settings(service)))
    const command = ['plackup', '-s', 'HTTP::Server::PSGI', '-l', `127.0.0.1:${PORTAL_PORT}`]
    this.#portal = await this.#daemons.start(
      `lemonldap-${++this.#starts}`,
      [...command, join(this.#folder, 'app.psgi')],
      () => this.metadata(),
      { LLNG_DEFAULTCONFFILE: join(this.#folder, 'settings.ini') },
    )
  }

  /** Saves its metadata where `sso Metadata` has them, and passes its name on to it. */
  async introduce(front: Front): Promise<void> {
    mkdirSync('/etc/gabarit/sso', { recursive: true })
    writeFileSync('/etc/gabarit/sso/provider.xml', await this.metadata())
    front.record(new URL(PORTAL).host, 'proxy', { Upstreams: `http://127.0.0.1:${PORTAL_PORT}` })
  }

  async metadata(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${PORTAL_PORT}/saml/metadata`)
    if (!answer.ok) throw new Error(`the portal: ${answer.status}`)
    return answer.text()
  }

  /** What it says about itself (OpenID Connect). */
  async discovery(): Promise<Record<string, unknown>> {
    return (await fetch(`http://127.0.0.1:${PORTAL_PORT}/.well-known/openid-configuration`)).json()
  }

  /** As {@link login}, with OpenID Connect: the browser is sent back by an address. */
  async loginByOpenId(visitor: Visitor, page: string, user: string): Promise<{ url: string; page: Page }> {
    const { url, page: asked } = await visitor.follow(page, () => false)
    if (!url.startsWith(PORTAL)) throw new Error(`the way to the portal ended at ${url}: ${asked.status}`)
    const form = readForm(asked.text, url)
    const { location, text } = await visitor.post(form.action, { ...form.fields, user, password: user })
    if (location === '') throw new Error(`the portal sends nobody back: ${text}`)
    return visitor.follow(location, () => false)
  }

  /** What the portal has said since it was started last. */
  log(): string {
    return this.#daemons.output(`lemonldap-${this.#starts}`)
  }

  /** Logs a user in with a browser, from a page on: the form of the portal, then the one with the answer. */
  async login(visitor: Visitor, page: string, user: string): Promise<{ url: string; page: Page }> {
    const { url, page: asked } = await visitor.follow(page, () => false)
    if (!url.startsWith(PORTAL)) throw new Error(`the way to the portal ended at ${url}: ${asked.status}`)
    const form = readForm(asked.text, url)
    const answered = await visitor.post(form.action, { ...form.fields, user, password: user })
    const answer = readForm(answered.text, url)
    const { location, text } = await visitor.post(answer.action, answer.fields)
    if (location === '') throw new Error(`the answer of the portal was refused: ${text}`)
    return visitor.follow(location, () => false)
  }

  /** Logs out at the portal, and loads what its page shows for each application. @returns the addresses of those */
  async logout(visitor: Visitor): Promise<string[]> {
    const { text } = await visitor.open(`${PORTAL}/?logout=1`)
    const parts = [...text.matchAll(/<(?:img|iframe)\b[^>]* src="([^"]*saml[^"]*|[^"]*SAMLRequest[^"]*)"/gi)]
    const urls = parts.map(([, url = '']) => new URL(unescapeHtml(url), PORTAL).href)
    for (const url of urls) await visitor.follow(url, () => false)
    return urls
  }

  stop(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #settings(service: string | undefined) {
    const storage = {
      Directory: join(this.#folder, 'sessions'),
      LockDirectory: join(this.#folder, 'lock'),
      generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
    }
    const signed = ['SignSSOMessage', 'SignSLOMessage', 'CheckSSOMessageSignature', 'CheckSLOMessageSignature']
    const options = [...signed.map(name => [name, 1]), ['NameIDFormat', 'email']]
    const one = Object.fromEntries(options.map(([name, value]) => [`samlSPMetaDataOptions${name}`, value]))
    return {
      cfgNum: 1,
      cfgDate: 1,
      portal: `${PORTAL}/`,
      domain: 'example.net',
      securedCookie: 1,
      locationRules: { [new URL(PORTAL).host]: { default: 'accept' } },
      authentication: 'Demo',
      userDB: 'Same',
      demoExportedVars: { uid: 'uid', mail: 'mail' },
      requireToken: 0,
      // It must be some plugin: the usual one needs ImageMagick.
      captcha: '::Plugins::Status',
      portalDisplayRegister: 0,
      portalDisplayResetPassword: 0,
      globalStorage: 'Apache::Session::File',
      globalStorageOptions: storage,
      persistentStorage: 'Apache::Session::File',
      persistentStorageOptions: storage,
      localSessionStorageOptions: { namespace: 'sessions', cache_root: join(this.#folder, 'cache') },
      lwpSslOpts: { verify_hostname: 0, SSL_verify_mode: 0 },
      issuerDBSAMLActivation: 1,
      samlServicePrivateKeySig: this.pair.key,
      samlServicePublicKeySig: this.pair.certificate,
      samlServicePrivateKeyEnc: '',
      samlServicePublicKeyEnc: '',
      samlServiceSignatureMethod: 'RSA_SHA256',
      issuerDBOpenIDConnectActivation: 1,
      oidcServicePrivateKeySig: this.pair.key,
      oidcServicePublicKeySig: this.pair.certificate,
      oidcServiceKeyIdSig: 'k1',
      ...(service === undefined
        ? {}
        : service.startsWith('{')
          ? openIdClient(JSON.parse(service))
          : {
              samlSPMetaDataXML: { gabarit: { samlSPMetaDataXML: service } },
              samlSPMetaDataOptions: { gabarit: one },
              samlSPMetaDataExportedAttributes: { gabarit: { uid: '1;uid;;', groups: '0;groups;;' } },
            }),
    }
  }
}

/** The gateway, as a client that gets name and groups in a scope of its own. */
function openIdClient(client: Readonly<Record<string, string | readonly string[]>>) {
  const options = {
    ClientID: client.client_id,
    ClientSecret: OPENID_SECRET,
    IDTokenSignAlg: client.id_token_signed_response_alg,
    RedirectUris: [client.redirect_uris].flat().join(' '),
    PostLogoutRedirectUris: [client.post_logout_redirect_uris].flat().join(' '),
    ...{ BypassConsent: 1, LogoutBypassConfirm: 1, RequirePKCE: 1, UserIDAttr: 'mail' },
  }
  const one = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [`oidcRPMetaDataOptions${name}`, value]),
  )
  return {
    oidcRPMetaDataOptions: { gabarit: one },
    oidcRPMetaDataExportedVars: { gabarit: { uid: 'uid', groups: 'groups' } },
    oidcRPMetaDataOptionsExtraClaims: { gabarit: { office: 'uid groups' } },
  }
}

/** The first form of a page. */
function readForm(page: string, url: string): { action: string; fields: Record<string, string> } {
  const [, head = '', body] = /<form\b([^>]*)>(.*?)<\/form>/s.exec(page) ?? []
  if (body === undefined) throw new Error(`no form at ${url}: ${page}`)
  const inputs = [...body.matchAll(/<input\b[^>]*>/g)].map(([input]) => [
    attributeOf(input, 'name'),
    attributeOf(input, 'value'),
  ])
  return { action: new URL(attributeOf(head, 'action'), url).href, fields: Object.fromEntries(inputs) }
}

function attributeOf(tag: string, name: string): string {
  return unescapeHtml(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCharCode(Number.parseInt(code, hex ? 16 : 10)))
    .replace(/&(quot|lt|gt|amp);/g, (_, name) => ({ quot: '"', lt: '<', gt: '>', amp: '&' })[name as 'amp'])
}
