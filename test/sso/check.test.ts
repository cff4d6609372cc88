// `gabarit sso check`: each thing that keeps people out, or lets them in, with what to do about it.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { checkAddresses, checkCertificates, readMetadata } from '../../src/modules/sso/check/provider.ts'
import { stop } from '../support/daemons.ts'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { newPair, providerMetadata } from './lasso.ts'
import { Sso } from './office.ts'
import { runBeside, TlsSite } from './tls-site.ts'

const { tests, step, front } = throughNginx('gabarit sso check', 'setpriv')

const APP = 'https://app.example.com/'
const sso = new Sso(front.daemons)
const DAY = 86_400_000
let gate: ChildProcess
let site: TlsSite

tests.after(() => site?.stop())

/** What it says of one part, and whether all is well. */
async function checked(part: string) {
  const { status, stdout } = await runBeside('gabarit sso check --json')
  const rows: { part: string; level: string; message: string; command: string | null }[] = JSON.parse(stdout)
  const found = rows.filter(row => row.part === part)
  return { status, said: found.map(row => `${row.level} ${row.message}`), todo: found.map(row => row.command ?? '') }
}

/** What doctor says of it. */
const doctor = () =>
  run(words('gabarit doctor'))
    .stdout.match(/.* sso: .*/g)
    ?.join('\n') ?? ''

step('the gateway is off', async () => {
  site = await TlsSite.start(4433)
  await front.start({ '3001': 'app' })
  const { status, said, todo } = await checked('record')
  assert.equal([status, said], [1, ['error the gateway for logins is off']])
  assert.equal(todo, ['config set sso service status enabled'])
})

step('the record is not complete', async () => {
  must(words('config set sso service status enabled'))
  const { status, said } = await checked('record')
  assert.is(status, 1)
  assert.match(said[0] ?? '', /^error .*Metadata \/etc\/gabarit\/sso\/provider\.xml does not exist: save the metadata/)
})

step('what is saved as metadata is none of a provider', async () => {
  mkdirSync('/etc/gabarit/sso', { recursive: true })
  const metadata = providerMetadata(sso.pair)
  writeFileSync('/etc/gabarit/sso/provider.xml', metadata.replace(/IDPSSODescriptor WantAuthn/, '$& oops'))
  const { status, said } = await checked('provider')
  assert.is(status, 1)
  assert.match(said[0] ?? '', /^error the metadata cannot be used: the message is not XML/)
})

step('no place needs a login', async () => {
  writeFileSync(
    '/etc/gabarit/sso/provider.xml',
    providerMetadata(sso.pair).replaceAll('https://idp.example.net/S', `${site.origin}/S`),
  )
  assert.equal((await checked('record')).said, ['warning no place needs a login'])
  front.record('app.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001', Login: 'sso' })
  front.apply('sso-update')
  assert.equal((await checked('record')).said, [
    'ok one place needs a login; the provider knows https://example.com/gabarit-sso',
  ])
})

step('the gateway does not run', async () => {
  const { status, said, todo } = await checked('gateway')
  assert.is(status, 1)
  assert.match(said[0] ?? '', /^error nothing answers at .*answer 503/)
  assert.match(todo[0] ?? '', /^systemctl restart gabarit-gate/)
  assert.equal((await checked('names')).said, [`error ${APP} answers 503: nobody gets in`])
  assert.match(doctor(), /^error +sso: nothing answers at/m)
})

step('all is well', async () => {
  gate = await sso.startGate()
  const { status, stdout } = await runBeside('gabarit sso check')
  assert.is(status, 0, stdout)
  for (const line of [
    /^ok +record: one place/m,
    /^ok +provider: the metadata are those of https:\/\/idp\.example\.net\/metadata$/m,
    /^ok +provider: who leaves here is sent to https:\/\/localhost:4433\/SingleLogoutService$/m,
    /^ok +provider: the provider may tell of a logout by redirect and soap$/m,
    /^ok +gateway: it answers, and has loaded the present settings and keys$/m,
    /^ok +names: https:\/\/app\.example\.com\/ asks to log in$/m,
    /^ok +clock: it agrees with that of the provider within \d s$/m,
  ])
    assert.match(stdout, line, stdout)
})

step('the clocks differ', async () => {
  for (const [minutes, level, status] of [
    [2, 'warning', 0],
    [-10, 'error', 1],
  ] as const) {
    site.handle = (_, answer) => answer.setHeader('Date', new Date(Date.now() - minutes * 60_000).toUTCString()).end()
    const { said, todo, status: ended } = await checked('clock')
    assert.match(
      said[0] ?? '',
      new RegExp(`^${level} it is .* ${minutes > 0 ? 'ahead of' : 'behind'} that of the provider`),
    )
    assert.equal([ended, todo], [status, ['timedatectl set-ntp true']])
  }
  site.handle = (_, answer) => answer.end()
})

step('records, files and gateway say different things', async () => {
  must(words('config setprop sso SessionHours 5'))
  assert.match(
    (await checked('gateway')).said.join('\n'),
    /^warning the records were changed since the last event\nok /,
  )
  front.apply('sso-update')
  assert.equal((await checked('gateway')).said, ['error it runs with former settings or keys'])
  assert.match(doctor(), /^error +sso: it runs with former settings or keys$/m)
  await stop(gate, 'SIGKILL')
  gate = await sso.startGate()
  assert.is((await checked('gateway')).status, 0)
  must(words('gabarit sso roll-keys'))
  assert.equal((await checked('gateway')).said, ['error it runs with former settings or keys'])
  await stop(gate, 'SIGKILL')
  gate = await sso.startGate()
})

step('a name lets strangers in', async () => {
  const file = '/etc/nginx/conf.d/sites-available/app.example.com.conf'
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/^ *auth_request .*$/gm, ''))
  must(['nginx', '-c', '/etc/nginx/nginx.conf', '-s', 'reload'])
  const { said, status } = await waitFor('the reload of nginx', async () => {
    const found = await checked('names')
    return found.said[0]?.startsWith('error') ? found : undefined
  })
  assert.equal([status, said], [1, [`error ${APP} answers 200, without a login`]])
})

step('certificates of the provider', async () => {
  const { provider } = readMetadata(providerMetadata(newPair('some provider')))
  const levels = (days: number) =>
    provider && checkCertificates(provider, Date.now() + days * DAY).map(({ level, message }) => `${level} ${message}`)
  assert.match(String(levels(-1)), /^warning .*some provider .* is not valid before/)
  assert.match(String(levels(371)), /^warning .* expires on \d{4}-/)
  assert.match(String(levels(401)), /^warning .* has expired on/)
})

step('addresses of the provider', async () => {
  const { provider } = readMetadata(
    providerMetadata(sso.pair)
      .replace(/<SingleLogoutService [^>]*Redirect[^>]*>/, '')
      .replaceAll('https://idp.example.net/S', 'http://idp.example.net/S'),
  )
  const said = provider && checkAddresses(provider, []).map(({ level, message }) => `${level} ${message}`)
  assert.equal(said, [
    'warning browsers are sent to http://idp.example.net/SingleSignOnService, without HTTPS',
    'warning the provider takes no logout by HTTP-Redirect: who leaves here stays logged in there',
    'warning the provider cannot tell of a logout',
  ])
})

tests.run()
