import { EXIT } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { ask } from '../../terminal/ask-first.ts'
import type { Invocation } from '../../terminal/command.ts'
import { choicesFor, type Named, thisMachine } from './machine.ts'
import type { Archive } from './read.ts'
import {
  askForStandIns,
  formerName,
  missingHere,
  refuseMissing,
  replacements,
  type StandIns,
  withFullName,
} from './stand-ins.ts'

/**
 * What stands for the interfaces, addresses and name of the machine that an archive is from. A person at a terminal is asked.
 * @throws Failure (refused) for interfaces and addresses that are not here, and that nobody has named
 */
export async function fitHere(
  { databases, contents }: Archive,
  named: readonly Named[],
  { value, flag, io, places, print, ...person }: Invocation,
): Promise<{ readonly pairs: StandIns; readonly notes: readonly string[] }> {
  const configuration = databases.get('configuration')
  const given = withFullName(replacements(value('replace')), configuration)
  if (places.root !== '/') return { pairs: given, notes: [] }
  const machine = thisMachine(places)
  // On the machine that it is from, the name may be another one on purpose.
  const asked = named.filter(({ kind }) => kind !== 'name' || machine.name !== contents.machine?.name)
  const json = flag('json')
  const asks = io.isTerminal(0) && !json && !flag('json-lines')
  const question = (text: string) => ask(text, { io, ...person })
  const pairs = asks ? withFullName(await askForStandIns(asked, given, machine, question), configuration) : given
  const missing = missingHere(asked, pairs, machine)
  const told = missing.map(one => ({ ...one, choices: choicesFor(one, machine) }))
  if (json && missing.length > 0) print(JSON.stringify({ status: EXIT.refused, missing: told }, null, 2))
  refuseMissing(missing, machine)
  const name = formerName(asked, pairs, machine)
  if (name === undefined) return { pairs, notes: [] }
  const other = `${name.value}=${machine.name}`
  return { pairs, notes: [`${name.where} is ${name.value}; for the name of this machine: --replace ${shell(other)}`] }
}
