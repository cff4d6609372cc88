import { Failure } from '../../../base/failure.ts'
import { initializeDatabases } from '../../../db/initialize.ts'
import { recordsOf } from '../../../db/store.ts'
import { frontOf } from '../../../template/web-front.ts'
import type { Invocation } from '../../../terminal/command.ts'
import type { CheckedServer, Diagnosis } from '../../../terminal/module.ts'
import { sourceOf } from '../provider/refresh.ts'
import { checkClock } from './clock.ts'
import { type Configured, configuredNow } from './configured.ts'
import { checkGateway } from './gateway.ts'
import { checkNames } from './names.ts'
import { checkProvider } from './provider.ts'
import { checkPublished } from './published.ts'

/** A result, and what it is about. */
type Result = Diagnosis & { readonly part: 'record' | 'provider' | 'gateway' | 'names' | 'clock' }

/** `gabarit sso check` */
export async function check(invocation: Invocation): Promise<number> {
  const { io, answer } = invocation
  // As when an event runs: each record has its defaults.
  const { places, system } = invocation.asDryRun()
  initializeDatabases(places)
  const configuration = recordsOf(places, 'configuration')
  const patient = { places, system, configuration, now: io.now().getTime() }
  const results = [...(await quickChecks(patient)), ...(await slowChecks(patient))]
  const rows = results.map(({ part, level, message, command }) => ({ part, level, message, command: command ?? null }))
  return answer(
    rows,
    results.map(asText).join('\n'),
    results.every(({ level }) => level !== 'error'),
  )
}

function asText({ part, level, message, command }: Result): string {
  const first = `${level.padEnd(7)}  ${part}: ${message.replaceAll('\n', '\n         ')}`
  return command === undefined ? first : `${first}\n         run: ${command}`
}

/** Those that need no network: `gabarit doctor` has them, too. */
export async function quickChecks({ places, system, configuration, now }: CheckedServer): Promise<Result[]> {
  if (configuration.get('sso')?.properties.get('status') !== 'enabled')
    return [
      {
        part: 'record',
        level: 'error',
        message: 'the gateway for logins is off',
        command: 'config set sso service status enabled',
      },
    ]
  const configured = configuredNow(places, system)
  if (configured instanceof Failure)
    return [
      { part: 'record', level: 'error', message: configured.describe() },
      ...about('gateway', await checkGateway(places, true)),
    ]
  const { settings, isLive } = configured
  return [
    ...about('record', [checkRecord(configured)]),
    ...about('provider', checkProvider(settings, now).found),
    ...about('gateway', await checkGateway(places, isLive)),
  ]
}

/** Those that ask the names of this server, and the provider. */
async function slowChecks({ places, system, configuration, now }: CheckedServer): Promise<Result[]> {
  const configured = configuration.get('sso')?.properties.get('status') === 'enabled' && configuredNow(places, system)
  if (!configured || configured instanceof Failure) return []
  const { settings } = configured
  const source = sourceOf(configuration)
  const published = source === undefined ? [] : [await checkPublished(source, settings.provider, now)]
  const names = await checkNames(settings.places, recordsOf(places, 'proxies'), frontOf(configuration))
  const { address } = checkProvider(settings, now)
  return [
    ...about('provider', published),
    ...about('names', names),
    ...about('clock', address === undefined ? [] : [await checkClock(address, settings.openId !== undefined)]),
  ]
}

function checkRecord({ settings: { places, base } }: Configured): Diagnosis {
  const count = Object.keys(places).length
  if (count > 0)
    return {
      level: 'ok',
      message: `${count === 1 ? 'one place needs' : `${count} places need`} a login; the provider knows ${base}`,
    }
  return {
    level: 'warning',
    message: 'no place needs a login',
    command: 'db domains setprop NAME Login sso (or db proxies …); signal-event sso-update',
  }
}

function about(part: Result['part'], found: readonly Diagnosis[]): Result[] {
  return found.map(one => ({ part, ...one }))
}
