// The table of requests to log out, with a provider made of Debian's lasso, through nginx and through Apache.

import { throughNginx } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'
import { Sso, startApplications } from './office.ts'
import { APP, addRows } from './rows.ts'

const { tests, step, front } = throughNginx(
  'the table of logouts',
  '/usr/lib/python3/dist-packages/lasso.py',
  'setpriv',
)
const sso = new Sso(front.daemons)
let logins = 0

tests.after(() => sso.stop())

step('an application behind nginx, a site of Apache, and a provider', async () => {
  await startApplications(front)
  must(words('config set sso service status enabled'))
  sso.introduce()
  front.apply('domain-create second.example')
  front.apply('sso-update')
  await sso.startGate()
  await sso.startProvider()
})

for (const frontend of ['nginx', 'httpd']) {
  step(`${frontend} is in front`, () => {
    must(words(`config set WebFrontend ${frontend}`))
    front.apply()
  })
  addRows(step, frontend, {
    entityId: () => 'https://idp.example.net/metadata',
    users: { alice: 'alice', bob: 'bob' },
    nameOf: user => user,
    login: (visitor, user) => sso.login(visitor, APP, user, `S${++logins}`),
    logout: order => sso.provider.order('logout', { user: 'alice', indexes: [], signed: true, ...order }),
    log: () => sso.log(),
  })
}

tests.run()
