import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { EXIT, Failure, messageOf } from '../../base/failure.ts'
import { isFormToken } from '../../base/token.ts'
import type { Client } from '../client.ts'
import { LARGEST_REQUEST } from '../protocol.ts'
import { serveAssets } from './assets.ts'
import { at, BASE } from './base.ts'
import { formText } from './body.ts'
import { barePage, page } from './layout.ts'
import { otherSession } from './pages/again.ts'
import { serveBackups } from './pages/backup.ts'
import { serveCertificateSetup } from './pages/certificate-setup.ts'
import { serveCertificates } from './pages/certificates.ts'
import { serveDatabases } from './pages/databases.ts'
import { serveFragmentEditor } from './pages/edit-fragment.ts'
import { lostPage, serveEntrance } from './pages/entrance.ts'
import { serveEvents } from './pages/events.ts'
import { serveExplanations } from './pages/explain.ts'
import { serveFiles } from './pages/files.ts'
import { serveFirewall } from './pages/firewall.ts'
import { serveFleet } from './pages/fleet.ts'
import { serveFragments } from './pages/fragment.ts'
import { serveHistory } from './pages/history.ts'
import { serveLogs } from './pages/logs.ts'
import { serveOverview } from './pages/overview.ts'
import { servePasskeys } from './pages/passkeys.ts'
import { servePlans } from './pages/plan.ts'
import { serveProxies } from './pages/proxies.ts'
import { serveRecords } from './pages/record.ts'
import { refusalText } from './pages/refusals.ts'
import { serveRuns } from './pages/run.ts'
import { serveTemplates } from './pages/templates.ts'
import { serveUsers } from './pages/users.ts'
import { serveVpn } from './pages/vpn.ts'
import { note } from './parts/note.ts'
import { sameOrigin, secureHeaders } from './security.ts'
import { type Env, Refused, Visit } from './visit.ts'

/** All pages of the console, each with and without a slash at its end. */
export function consoleApp(client: Client): Hono<Env> {
  const app = new Hono<Env>({ strict: false }).basePath(BASE)
  const onError = (context: Context) => context.text('This form is larger than 1 MiB.', 413)
  app.use(secureHeaders, sameOrigin, bodyLimit({ maxSize: LARGEST_REQUEST, onError }))
  serveAssets(app)
  serveEntrance(app, client)
  app.use(async (context, next) => {
    const visit = new Visit(context, client)
    context.set('visit', visit)
    const isForm = context.req.method === 'POST'
    if (!(await visit.recognise())) return isForm ? lostPage(visit) : context.redirect(at('/login'), 303)
    if (!isForm) return next()
    const form = await formText(context)
    return isFormToken(visit.session, form('token')) ? next() : otherSession(visit)
  })
  serveOverview(app)
  servePlans(app)
  serveRuns(app)
  serveDatabases(app)
  serveRecords(app)
  serveVpn(app)
  serveFirewall(app)
  serveFleet(app)
  serveUsers(app)
  servePasskeys(app)
  serveProxies(app)
  serveLogs(app)
  serveHistory(app)
  serveBackups(app)
  serveFiles(app)
  serveExplanations(app)
  serveTemplates(app)
  serveFragments(app)
  serveFragmentEditor(app)
  serveEvents(app)
  serveCertificates(app)
  serveCertificateSetup(app)
  app.notFound(context => {
    const visit = context.get('visit') ?? new Visit(context, client)
    return problemPage(visit, visit.say('notFound'), visit.say('notFoundText'), 404)
  })
  app.onError((error, context) => errorPage(context.get('visit') ?? new Visit(context, client), error))
  return app
}

/** Who asks is wrong, not the server. */
const REFUSED: readonly number[] = [EXIT.usage, EXIT.refused]

async function errorPage(visit: Visit, error: Error): Promise<Response> {
  if (!(error instanceof Refused)) {
    const status = error instanceof Failure && REFUSED.includes(error.status) ? 422 : 500
    return problemPage(visit, visit.say('failed'), messageOf(error), status)
  }
  const { why } = error.answer
  if (why === 'session') return visit.context.redirect(at('/login'), 303)
  const status = why === 'locked' ? 429 : why === 'outdated' ? 409 : 403
  return problemPage(visit, visit.say('refused'), refusalText(visit, error.answer), status)
}

/** What went wrong; for whoever is logged in, with the menu. */
function problemPage(visit: Visit, title: string, problem: string, status: ContentfulStatusCode) {
  const body = note('bad', problem)
  return visit.user === '' ? barePage(visit, title, body, status) : page(visit, '', title, body, { status })
}
