import type { Context } from '../plan/context.ts'
import { below } from '../system/places.ts'
import type { Line, Part, WantedLink } from './part.ts'

/** Where actions of old servers look for the commands. */
const FOLDER = '/sbin/e-smith'

const COMMANDS = ['db', 'config', 'signal-event', 'expand-template']

/** Where our commands are, the first of these that has one. */
const HOMES = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin']

/** Links at the old places, so that old actions find our commands. */
export function entrances({ places, system }: Context): Part {
  const found = COMMANDS.map(name => ({
    name,
    target: HOMES.map(home => `${home}/${name}`).find(path => system.state(below(places, path)) !== undefined),
  }))
  const wanted = found.flatMap(({ name, target }): WantedLink[] =>
    target === undefined ? [] : [{ kind: 'link', path: `${FOLDER}/${name}`, target }],
  )
  const missing = found.filter(({ target }) => target === undefined).map(({ name }) => name)
  const lines: Line[] = wanted.map(({ path, target }) => ({
    fate: 'converted',
    what: path,
    how: `becomes a link to ${target}`,
  }))
  if (missing.length > 0)
    lines.push({
      fate: 'unsupported',
      what: FOLDER,
      how: `no links: ${missing.join(', ')} not found in ${HOMES.join(', ')}`,
    })
  return { lines, wanted }
}
