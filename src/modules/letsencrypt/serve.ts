import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { splitList } from '../../template/text.ts'
import type { Certificates } from './certificates.ts'
import { type Assignment, assignments, enter, isOurs, recordName, undone, unentered } from './deploy.ts'
import { findNotServed, type NotServed } from './served.ts'
import type { State } from './state.ts'
import { nearestDomain } from './wanted.ts'
import type { World } from './world.ts'

/** How long the daemons may take to show a new certificate after a reload, in milliseconds. */
const PATIENCE = 10_000
const EVENT = 'ssl-update'

/**
 * Puts the certificates into service that are not yet: one event for all that changed. Then asks the running daemons,
 * name by name; those that still show another certificate are reloaded once more. What fails is remembered, and done
 * again by the next run.
 * @param asked names of certificates that a person asks for: they are entered also where one was taken out by hand
 * @returns what is wrong, in words; nothing when all is served
 */
export async function putIntoService(
  certificates: Certificates,
  state: State,
  world: World,
  asked: ReadonlySet<string> = new Set(),
): Promise<string | undefined> {
  const { places } = world
  const all = allAssignments(certificates, places)
  const left = undone(places, all, state.entered).filter(({ certificate }) => !asked.has(certificate?.name ?? ''))
  for (const { key } of left)
    world.say(`${key}: its certificate was taken out by hand and stays out; gabarit letsencrypt setup puts it back`)
  const wanted = all.filter(one => !left.includes(one))
  if (unentered(places, wanted).length > 0 || state.deployment !== undefined) {
    // Noted before: who is killed from here on has the next run finish it.
    state.deployed('the last run was cut off before the certificates were in service')
    for (const key of enter(places, wanted)) world.say(`${key}: its certificate is entered`)
    noteEntered(state, all)
    const status = await world.signal(EVENT)
    if (status !== 0)
      return failed(state, `the event ${EVENT} failed (status ${status}): the services may serve the old certificate`)
  }
  noteEntered(state, all)
  const expected = expectedFingerprints(places, certificates, wanted, left)
  const { servers } = certificates.settings
  let wrong = await findNotServed(expected, servers, PATIENCE)
  if (wrong.length > 0) {
    world.warn(`${describe(wrong)}; the services are reloaded once more`)
    await world.signal(EVENT)
    wrong = await findNotServed(expected, servers, PATIENCE)
  }
  if (wrong.length > 0) return failed(state, describe(wrong))
  state.deployed(undefined)
  if (expected.size > 0 && servers.length > 0)
    world.say(`served: ${count(expected.size, 'name')} asked at ${servers.join(', ')}, all show the right certificate`)
  return undefined
}

/** Which record is to name which certificate. */
export function allAssignments(certificates: Certificates, places: Places): Assignment[] {
  const damaged = new Set(certificates.damages().flatMap(({ crt }) => crt ?? []))
  return assignments(places, certificates.wanted, certificates.current(), damaged)
}

/** Also those that were taken out: they stay out the next time too. */
function noteEntered(state: State, all: readonly Assignment[]): void {
  state.noteEntered(new Set(all.filter(({ certificate }) => certificate !== undefined).map(recordName)))
}

function failed(state: State, problem: string): string {
  state.deployed(problem)
  return problem
}

/**
 * The certificate that each name has to show: names with a site on this server only, since others answer for the rest, and
 * that have no certificate entered by hand, which goes first (Certificate/10Certificate of httpd.conf), and no proxy that has
 * its own or none.
 * @param left what a person has taken out
 */
function expectedFingerprints(
  places: Places,
  { wanted, store }: Certificates,
  entered: readonly Assignment[],
  left: readonly Assignment[],
): Map<string, string> {
  const hosts = readDatabase(databaseFile(places, 'hosts'))
  const domains = readDatabase(databaseFile(places, 'domains'))
  const hasSite = (name: string) => {
    const host = hosts?.get(name)
    return domains?.get(name)?.type === 'domain' || (host?.properties.get('HostType') ?? 'Remote') === 'Self'
  }
  // Names of proxies that have a certificate of their own, or none.
  const apart = new Set(
    [...(readDatabase(databaseFile(places, 'proxies')) ?? [])].flatMap(([key, { type, properties }]) =>
      type === 'proxy' && ['own', 'none'].includes(properties.get('Certificate') ?? '')
        ? [key, ...splitList(properties.get('Aliases'), ',')].map(name => name.toLowerCase())
        : [],
    ),
  )
  const own = new Map(
    [...(domains ?? [])].flatMap(([key, { properties }]) => {
      const crt = properties.get('crt')
      return crt && properties.get('key') ? [[key, crt] as const] : []
    }),
  )
  const without = new Set(left.map(({ key }) => key))
  const isByHand = (name: string) => {
    if (without.has(nearestDomain(domains ?? new Map(), name) ?? '')) return true
    if (apart.has(name)) return true
    const domain = nearestDomain(own, name)
    return domain !== undefined && !isOurs(places, own.get(domain))
  }
  const inService = new Set(entered.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate.name])))
  return new Map(
    wanted.flatMap(({ name, names }) => {
      const certificate = inService.has(name) ? store.current(name, names) : undefined
      if (certificate === undefined) return []
      const shown = names.filter(one => certificate.names.includes(one) && hasSite(one) && !isByHand(one))
      return shown.map(one => [one, certificate.certificate.fingerprint256] as const)
    }),
  )
}

/** `3 names do not show the new certificate: www.example.org at 127.0.0.1:443: connection refused` */
function describe(wrong: readonly NotServed[]): string {
  const shown = wrong.slice(0, 5).map(({ name, server, reason }) => `${name} at ${server}: ${reason}`)
  const more = wrong.length > shown.length ? `; and ${wrong.length - shown.length} more` : ''
  return `${count(wrong.length, 'name')} without the right certificate: ${shown.join('; ')}${more}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
