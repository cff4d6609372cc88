// The table of requests to log out, for sessions that LemonLDAP::NG has opened, through nginx and through Apache. The requests are
// by lasso, with the key of LemonLDAP::NG: that itself sends only right ones.
import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { Lasso } from './lasso.ts'
import { LemonLdap, PORTAL } from './lemonldap.ts'
import { Sso, startApplications } from './office.ts'
import { APP, addRows } from './rows.ts'
import { Visitor } from './visitor.ts'

const { tests, step, front } = throughNginx(
  'the table of logouts with LemonLDAP::NG',
  'plackup',
  '/usr/share/perl5/Lemonldap/NG/Portal.pm',
  '/usr/share/doc/liblasso-perl/copyright',
  '/usr/lib/python3/dist-packages/lasso.py',
  'setpriv',
)
const sso = new Sso(front.daemons)
const portal = new LemonLdap(front.daemons)
let lasso: Lasso | undefined
let entityId = ''

tests.after(() => {
  lasso?.stop()
  portal.stop()
})

step('the provider and the applications', async () => {
  await startApplications(front)
  await portal.start()
  await portal.introduce(front)
  must(words('config set sso service status enabled UserAttribute uid GroupsAttribute groups'))
  front.apply('domain-create second.example')
  front.apply('sso-update')
  const service = must(words('gabarit sso metadata'))
  await portal.start(service)
  await sso.startGate()
  const metadata = await portal.metadata()
  entityId = /entityID="([^"]+)"/.exec(metadata)?.[1] ?? ''
  lasso = await Lasso.start(portal.pair, service, metadata)
  // Lasso asks for a session of its own before it tells anybody to log out; nobody ever gets its answer.
  const { url } = await new Visitor().follow(APP, next => next.startsWith(PORTAL))
  const until = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '')
  await lasso.order('login', { url, user: 'ghost', index: 'G', until, groups: [] })
})

for (const frontend of ['nginx', 'httpd']) {
  step(`${frontend} is in front`, () => {
    must(words(`config set WebFrontend ${frontend}`))
    front.apply()
  })
  addRows(step, frontend, {
    entityId: () => entityId,
    users: { alice: 'dwho', bob: 'rtyler' },
    nameOf: user => `${user}@badwolf.org`,
    login: (visitor, user) => portal.login(visitor, APP, user),
    logout: order => {
      if (lasso === undefined) throw new Error('lasso is not started')
      return lasso.order('logout', { user: 'ghost', indexes: [], signed: true, ...order })
    },
    log: () => sso.log(),
  })
}

tests.run()
