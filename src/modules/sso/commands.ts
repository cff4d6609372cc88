import { EXIT, Failure, usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { sayTime } from '../../base/time.ts'
import { below, type Places } from '../../system/places.ts'
import { State } from '../../system/state.ts'
import type { Invocation } from '../../terminal/command.ts'
import { writeClient } from './gate/oidc/openid.ts'
import { writeMetadata } from './gate/saml/metadata.ts'
import { serveGate } from './gate/serve.ts'
import { Sessions } from './gate/sessions.ts'
import { readSettings } from './gate/settings.ts'
import { KEYS, newKeyPair } from './keys.ts'

/** `gabarit sso metadata` */
export async function metadata({ places, print }: Invocation): Promise<number> {
  const { service, openId } = readSettings(below(places, `${KEYS}/gate.json`))
  print(openId === undefined ? writeMetadata(service).trimEnd() : writeClient(service))
  return EXIT.done
}

/** `gabarit sso sessions` */
export async function sessions({ places, answer }: Invocation): Promise<number> {
  const open = sessionsOf(places)
    .all(Date.now())
    .map(([, { user, groups, opened, until, sites }]) => ({
      user,
      groups,
      opened: new Date(opened).toISOString(),
      until: new Date(until).toISOString(),
      sites: Object.keys(sites),
    }))
  const lines = open.map(one => `${one.user}  since ${sayTime(one.opened)}  ${one.sites.join(', ')}`)
  return answer(open, lines.join('\n') || 'nobody is logged in')
}

/** `gabarit sso end USER`: the gateway sees that the files are gone. */
export async function end({ args, places, print }: Invocation): Promise<number> {
  const [user = ''] = args
  const sessions = sessionsOf(places)
  const open = sessions.all(Date.now())
  const own = open.filter(([, one]) => one.user === user)
  if (own.length === 0)
    throw new Failure(
      `${user} is not logged in${didYouMean(
        user,
        open.map(([, one]) => one.user),
      )}`,
    )
  sessions.end(own.map(([id]) => id))
  print(`ended ${own.length === 1 ? 'the session' : `${own.length} sessions`} of ${user}`)
  return EXIT.done
}

/** `gabarit sso roll-keys` */
export async function rollKeys({ places, print }: Invocation): Promise<number> {
  const state = new State(below(places, KEYS), places.files)
  if (!state.has('next.key')) throw new Failure('there are no keys yet: signal-event sso-update')
  const { key, certificate } = await newKeyPair()
  state.write('coming.key', key)
  state.write('coming.crt', certificate)
  for (const [from, to] of [
    ['next', 'current'],
    ['coming', 'next'],
  ])
    for (const kind of ['key', 'crt']) state.rename(`${from}.${kind}`, `${to}.${kind}`)
  print('The next key signs from now on. To use it: systemctl restart gabarit-gate')
  print('Then give the provider the new metadata: gabarit sso metadata')
  return EXIT.done
}

/** `gabarit sso serve` */
export async function serve({ system, value }: Invocation): Promise<number> {
  const [settings, folder, socket, port] = [value('settings'), value('folder'), value('socket'), value('port')]
  if (settings === undefined || folder === undefined || socket === undefined)
    throw usageFailure('gabarit sso serve --settings FILE --folder FOLDER --socket FILE')
  await serveGate({ settings, folder, socket, port: port === undefined ? undefined : Number(port) }, system)
  return EXIT.done
}

function sessionsOf(places: Places): Sessions {
  return new Sessions(new State(below(places, '/var/lib/gabarit-gate'), places.files))
}
