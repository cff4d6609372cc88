import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Failure } from '../../src/base/failure.ts'
import { makeContext } from '../../src/plan/context.ts'
import { expandAll } from '../../src/plan/expand.ts'
import { findPlaces } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { PROJECT } from '../support/sandbox.ts'
import { configuration, Server } from './server.ts'

const hostile = suite('nginx and hostile values')
const SITES = 'etc/nginx/conf.d/sites-available'

/** What a value would need to become a directive of its own. */
const EVIL = [
  'x; } server { listen 81; ',
  'x;\n}\nserver { listen 81;',
  'a" ; root /; "b',
  "a' ; root /; 'b",
  'a\\',
  '$document_root',
  `\${request_body}`,
  'x # y',
  'x {',
  'http://10.0.0.5:80; } server {',
  'http://a b',
  'http://10.0.0.5:80 weight=2; root /',
  'X-A: b; } server { listen 81',
  'X-A: $request_body',
  'X A: b',
  'constructor',
  '__proto__',
]

const PROPERTIES = [
  ...['Upstreams', 'Balance', 'UpstreamPath', 'UpstreamHost', 'WebSocket', 'Buffering', 'MaxBodySize', 'Timeout'],
  ...['ConnectTimeout', 'AllowedNetworks', 'access', 'BasicAuthFile', 'Headers', 'UpstreamHeaders', 'Aliases', 'HSTS'],
  ...[
    'RedirectTo',
    'RedirectCode',
    'RewriteAnswers',
    'PassPort',
    'UpstreamCA',
    'DeniedNetworks',
    'RateLimit',
    'Satisfy',
  ],
  ...['ClientCA', 'AuthURL', 'AuthLogin', 'AuthHeaders', 'UpstreamChallenges', 'OwnLogs', 'Maintenance', 'Match'],
  ...['MaintenancePage', 'RateBurst', 'Folder', 'FastCGI'],
  ...['crt', 'key', 'CertificateChainFile', 'Certificate', 'ForceSSL', 'SecurityHeaders', 'Locations', 'Path'],
]

/** The directives of a file in their order, with the braces: what stands in quotes is data (ngx_conf_file.c). */
function skeleton(text: string): string[] {
  const bare = text.replace(/^#.*$/gm, '').replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, '""')
  return bare.split(/(?<=[;{}])/).map(part => {
    const text = part.trim()
    const [first = ''] = text.split(/\s+/)
    return `${first.replace(/[;{}]$/, '')}${text.at(-1) ?? ''}`
  })
}

/** What the fragments write. A value that breaks out brings another one, or one of these where none stands. */
const DIRECTIVES = new Set([
  ...['upstream{', 'least_conn;', 'server;', 'keepalive;', 'server{', 'listen;', 'server_name;', 'location{', 'alias;'],
  ...['default_type;', 'return;', 'ssl_certificate;', 'ssl_certificate_key;', 'include;', 'proxy_set_header;', '}', ''],
  ...['proxy_connect_timeout;', 'proxy_read_timeout;', 'proxy_send_timeout;', 'client_max_body_size;', 'proxy_pass;'],
  ...['proxy_redirect;', 'proxy_cookie_path;', 'proxy_cookie_domain;', 'proxy_ssl_verify;', 'limit_req_zone;'],
  ...[
    'limit_req;',
    'limit_req_status;',
    'geo{',
    'if{',
    'satisfy;',
    'auth_request;',
    'auth_request_set;',
    'error_page;',
  ],
  ...['internal;', 'proxy_pass_request_body;', 'access_log;', 'error_log;', 'charset;', 'ssl_client_certificate;'],
  ...['ssl_verify_client;', 'ssl_verify_depth;', 'rewrite;', 'log_not_found;', 'index;'],
  ...['fastcgi_pass;', 'fastcgi_read_timeout;', 'fastcgi_send_timeout;', 'fastcgi_param;'],
  ...[
    'add_header;',
    'proxy_hide_header;',
    'proxy_buffering;',
    'proxy_request_buffering;',
    'auth_basic;',
    'auth_basic_user_file;',
    'allow;',
    'deny;',
  ],
])

let server: Server
hostile.before(() => {
  // Past the descriptions: what the fragments make of any value.
  process.env.GABARIT_VALIDATE = 'off'
  server = new Server({ configuration: configuration({ nginx: ['service', { status: 'enabled' }] }) })
})
hostile.after(() => server.remove())

/** The file of a proxy that has these values, whatever the descriptions say. */
function fileOf(properties: Readonly<Record<string, string>>, path = '/api/'): string {
  const upstream = { Upstreams: 'http://10.0.0.5:80' }
  const proxies = {
    api: { type: 'location', properties: { ...upstream, Path: path } },
    'a.example.net': { type: 'proxy', properties: { ...upstream, Locations: 'api', ...properties } },
  }
  server.write('/var/lib/gabarit/db/proxies.json', JSON.stringify(proxies))
  const places = findPlaces(PROJECT, {}, server.root)
  // Every file that a value names exists.
  const made = new Map(Object.values(properties).map(value => [value, '']))
  const context = { ...makeContext(places, new RealSystem(server.root), () => {}), made }
  const [output] = expandAll(context, [SITES])
  return output?.content ?? ''
}

for (const property of PROPERTIES)
  hostile(`no value of ${property} becomes a directive`, () => {
    const own = ['crt', 'key', 'CertificateChainFile'].includes(property)
    const files = { Certificate: 'own', crt: '/c/cert.pem', key: '/c/key.pem', CertificateChainFile: '/c/ca.pem' }
    for (const value of EVIL) {
      try {
        const text = property === 'Path' ? fileOf({}, value) : fileOf({ ...(own ? files : {}), [property]: value })
        const names = skeleton(text)
        const foreign = names.filter(name => !DIRECTIVES.has(name))
        assert.equal(foreign, [], `${value}\n${text}`)
        assert.is(names.filter(name => name === 'listen;').length, 2)
        assert.not.match(text.replace(/"(?:\\.|[^"\\])*"/g, ''), 'listen 81')
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        assert.is(error.status, 3)
        assert.match(error.describe(), /(sites-available|nginx\.conf|Visitors)\/.*:\d+:\d+/, value)
      }
    }
  })

hostile('the check sees what breaks out', () => {
  assert.ok(skeleton('a b; } server { listen 81; x "; {";').includes('server{'))
  assert.not(DIRECTIVES.has(skeleton('root /;')[0] ?? ''))
})

hostile.run()
