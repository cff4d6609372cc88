import { createInterface } from 'node:readline/promises'
import { changeDatabase } from '../../../db/change.ts'
import type { Io } from '../../../system/io.ts'
import type { Settings } from '../settings.ts'
import { missingSettings } from '../settings-check.ts'
import { wantedCertificates } from '../wanted.ts'
import type { World } from '../world.ts'

/** Asks the person at the terminal for missing settings; an empty answer skips one. */
export async function askSettings(settings: Settings, world: World, io: Io): Promise<void> {
  const { places } = world
  const missing = new Set(
    missingSettings(
      settings,
      wantedCertificates(world, () => undefined),
    ).map(({ what }) => what),
  )
  if (missing.size === 0) return
  const terminal = createInterface(io.terminal())
  const ended = new Promise<string>(resolve => terminal.once('close', () => resolve('')))
  const ask = (question: string) => Promise.race([terminal.question(question), ended])
  const set = (property: string, value: string) =>
    changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt setup' }, draft =>
      draft.setprop('letsencrypt', property, value),
    )
  try {
    if (missing.has('email')) {
      const address = (await ask('Contact address for the account at the authority: ')).trim()
      if (address !== '') set('email', address)
    }
    if (missing.has('terms')) {
      const url = settings.production.directory
      const answer = await ask(`Do you accept the terms of service of the authority (see ${url})? [y/N] `)
      if (/^\s*y(es)?\s*$/i.test(answer)) set('ACCEPT_TERMS', 'yes')
    }
    if (missing.has('names')) {
      const answer = await ask('No name is selected. Include all domains of this server, without their hosts? [y/N] ')
      if (/^\s*y(es)?\s*$/i.test(answer)) set('configure', 'domains')
    }
  } finally {
    terminal.close()
  }
}
