// `npm run bench:certificates`: the whole setup of a certificate of 12 names, test authority and production, against bare
// dehydrated doing the same two orders. As root, in private namespaces, with real authorities and Apache.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AcmeServer } from '../test/support/acme-server.ts'
import { ASKED, CERTIFIED, FOUND } from '../test/support/micronator.ts'
import { enterNamespace } from '../test/support/namespace.ts'
import { compare, type Subject } from './measure.ts'
import { report } from './report.ts'

const reason = enterNamespace('odoo-11')
if (reason !== undefined) throw new Error(`this needs private namespaces: ${reason}`)

const RUNS = Number(process.env.BENCH_RUNS ?? 5)
const server = new AcmeServer()
const BARE = join(server.folder, 'bare')

await server.start()
await server.authority('test')
await server.authority('production')
for (const line of FOUND) server.type(line)
server.settle()
for (const line of ASKED.filter(line => !/ status | keysize /.test(line))) server.type(line)

const setup: Subject = {
  command: ['gabarit', 'letsencrypt', 'setup'],
  env: server.env(),
  /** Each run begins without account and certificate. */
  get input() {
    for (const folder of ['/var/lib/gabarit/letsencrypt', '/etc/dehydrated/accounts']) forget(folder)
    for (const port of [14000, 14100]) forget(`/etc/dehydrated/127.0.0.1_${port}`)
    server.type('config setprop letsencrypt status disabled')
    server.type('config delprop modSSL crt key CertificateChainFile')
    return ''
  },
}

const bare: Subject = {
  command: ['sh', '-c', `dehydrated -c --config ${BARE}/test && dehydrated -c -x --config ${BARE}/production`],
  env: server.env(),
  get input() {
    forget(BARE)
    mkdirSync(BARE)
    writeFileSync(join(BARE, 'domains.txt'), `${CERTIFIED.join(' ')}\n`)
    const common = `CURL_OPTS="--cacert ${server.folder}/pebble.crt"\nWELLKNOWN=/var/www/dehydrated\nKEY_ALGO=prime256v1\nKEYSIZE=2048\n`
    for (const [name, port] of [['test', 14000] as const, ['production', 14100] as const])
      writeFileSync(join(BARE, name), `${common}CA=https://127.0.0.1:${port}/dir\nPARAM_ACCEPT_TERMS=yes\n`)
    return ''
  },
}

function forget(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

const { a, ratio } = compare(setup, bare, RUNS)
report(
  'letsencrypt setup of 12 names / bare dehydrated, twice',
  `${ratio.toFixed(2)} x (${a.toFixed(1)} s)`,
  'none given',
)
await server.stop()
