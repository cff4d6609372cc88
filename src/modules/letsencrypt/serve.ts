import { EXIT } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import { byName, nameOf } from '../../db/host-names.ts'
import { recordsOf } from '../../db/store.ts'
import { splitList } from '../../template/text.ts'
import type { Certificates } from './certificates.ts'
import { type Assignment, assignments, enter, isOurs, missingAssignments, recordName, undone } from './deploy.ts'
import { findNotServed, type NotServed } from './served.ts'
import type { State } from './state.ts'
import { nearestDomain } from './wanted.ts'

/** How long the daemons may take to serve a new certificate after a reload, in milliseconds. */
const PATIENCE = 10_000
const EVENT = 'ssl-update'

/**
 * Puts new certificates into service, with one event for all of them. Then checks that the running daemons actually serve them,
 * name by name; those that still serve another certificate are reloaded again. Failures are recorded and reported, and the next
 * run tries again.
 * @param asked names of certificates that a person requests: they are set even where one was removed by hand
 * @param hint what to do if it fails
 * @returns whether all certificates are served
 */
export async function putIntoService(
  certificates: Certificates,
  state: State,
  asked: ReadonlySet<string> = new Set(),
  hint?: string,
): Promise<boolean> {
  const problem = await problemOf(certificates, state, asked)
  state.deployed(problem)
  if (problem !== undefined) certificates.world.warn(hint === undefined ? problem : `${problem}\n  ${hint}`)
  return problem === undefined
}

/** @returns what is wrong, in words; nothing if all certificates are served */
async function problemOf(
  certificates: Certificates,
  state: State,
  asked: ReadonlySet<string>,
): Promise<string | undefined> {
  const { world, settings } = certificates
  const { places } = world
  const all = assignments(certificates)
  const left = undone(places, all, state.entered).filter(({ certificate }) => !asked.has(certificate?.name ?? ''))
  for (const { record } of left)
    world.say(
      `${record.key}: its certificate was removed by hand, so it is not set; to restore it: gabarit letsencrypt setup`,
    )
  const wanted = all.filter(one => !left.includes(one))
  const isMissing = missingAssignments(wanted).length > 0 || state.deployment !== undefined
  if (isMissing) {
    // Recorded first: if this is killed, the next run completes it.
    state.deployed('the last run was interrupted before the certificates were in service')
    for (const key of enter(places, wanted)) world.say(`${key}: certificate set`)
  }
  // Including those that were removed by hand, so that they stay removed.
  state.noteEntered(all.filter(({ certificate }) => certificate !== undefined).map(recordName))
  let status = isMissing ? await world.signal(EVENT) : EXIT.done
  const failed = () => `the event ${EVENT} failed (status ${status}): the services may still serve the old certificate`
  // Failed alone: the files are in place, and a daemon may only need another reload.
  if (status !== EXIT.done && status !== EXIT.failed) return failed()
  const expected = expectedFingerprints(certificates, wanted, left)
  const { servers } = settings
  let wrong = await findNotServed(expected, servers, PATIENCE)
  if (wrong.length > 0) {
    world.warn(`${describe(wrong)}; reloading the services again`)
    status = await world.signal(EVENT)
    wrong = await findNotServed(expected, servers, PATIENCE)
  }
  if (wrong.length > 0) return describe(wrong)
  if (status !== EXIT.done) return failed()
  if (expected.size > 0 && servers.length > 0)
    world.say(
      `served: ${plural(expected.size, 'name')} checked at ${servers.join(', ')}, all with the right certificate`,
    )
  return undefined
}

/**
 * The certificate that each name should show. Only names with a site on this server, since others answer for the rest, and
 * without a certificate set by hand, which takes precedence (Certificate/10Certificate of httpd.conf), and without a proxy
 * that has its own certificate or none.
 * @param left assignments that a person has removed
 */
function expectedFingerprints(
  certificates: Certificates,
  entered: readonly Assignment[],
  left: readonly Assignment[],
): Map<string, string> {
  const { places } = certificates.world
  const hosts = byName(recordsOf(places, 'hosts'))
  const domains = byName(recordsOf(places, 'domains'))
  const proxies = recordsOf(places, 'proxies')
  const hasSite = (name: string) =>
    domains.get(name)?.type === 'domain' || hosts.get(name)?.properties.get('HostType') === 'Self'
  // Names of proxies with their own certificate, or none.
  const apart = new Set(
    [...proxies.values()].flatMap(({ key, type, properties }) =>
      type === 'proxy' && ['own', 'none'].includes(properties.get('Certificate') ?? '')
        ? [key, ...splitList(properties.get('Aliases'), ',')].map(name => name.toLowerCase())
        : [],
    ),
  )
  const own = new Map([...domains].filter(([, { properties }]) => properties.get('crt') && properties.get('key')))
  const without = new Set(left.map(({ record }) => nameOf(record)))
  const isChangedByHand = (name: string) => {
    if (apart.has(name) || without.has(nearestDomain(domains, name) ?? '')) return true
    const domain = nearestDomain(own, name)
    return domain !== undefined && !isOurs(places, own.get(domain)?.properties.get('crt'))
  }
  const inService = new Set(entered.flatMap(({ certificate }) => certificate?.name ?? []))
  const current = certificates.current()
  return new Map(
    certificates.wanted.flatMap(({ name, names }) => {
      const certificate = inService.has(name) ? current.get(name) : undefined
      if (certificate === undefined) return []
      const shown = names.filter(one => certificate.names.includes(one) && hasSite(one) && !isChangedByHand(one))
      return shown.map(one => [one, certificate.certificate.fingerprint256] as const)
    }),
  )
}

/** `3 names do not show the new certificate: www.example.org at 127.0.0.1:443: connection refused` */
function describe(wrong: readonly NotServed[]): string {
  const shown = wrong.slice(0, 5).map(({ name, server, reason }) => `${name} at ${server}: ${reason}`)
  const more = wrong.length > shown.length ? `; and ${wrong.length - shown.length} more` : ''
  return `${plural(wrong.length, 'name')} without the right certificate: ${shown.join('; ')}${more}`
}
