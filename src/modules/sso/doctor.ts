import { type CheckedServer, type Diagnosis, ok } from '../../terminal/module.ts'

/** What of `gabarit sso check` needs no network, if the gateway is on: what is in order is one line. */
export async function checkQuickly(patient: CheckedServer): Promise<readonly Diagnosis[]> {
  const { places, configuration } = patient
  if (configuration.get('sso')?.properties.get('status') !== 'enabled') return ok('the gateway for logins is off')
  if (places.root !== '/') return ok(`below ${places.root} no gateway runs`)
  const found = (await (await import('./gate.apart.ts')).quickChecks(patient)).filter(({ level }) => level !== 'ok')
  const told = found.map(({ level, message, command }) => ({
    level,
    message,
    ...(command === undefined ? {} : { command }),
  }))
  return told.length > 0 ? told : ok('the gateway for logins answers')
}
