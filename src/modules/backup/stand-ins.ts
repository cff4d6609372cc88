import { refusal, usageFailure } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from '../../db/record.ts'
import { choicesFor, isHere, type Machine, type Named } from './machine.ts'

/** What stands on this machine for an interface, an address or a name of another one. */
export type StandIns = ReadonlyMap<string, string>

/** The pairs of `--replace OLD=NEW,…`. @throws Failure (usage) */
export function replacements(text = ''): StandIns {
  const pairs = text === '' ? [] : text.split(',')
  return new Map(
    pairs.map(pair => {
      const [old = '', wanted = '', ...more] = pair.split('=')
      if (old === '' || wanted === '' || more.length > 0)
        throw usageFailure(`--replace takes OLD=NEW, not ${JSON.stringify(pair)}`, 'Such as eth0=ens18')
      return [old, wanted] as const
    }),
  )
}

/** What needs a stand-in. A name does not: the server may keep it. */
export function missingHere(named: readonly Named[], pairs: StandIns, machine: Machine): Named[] {
  return named.filter(one => {
    const wanted = pairs.get(one.value)
    return one.kind !== 'name' && wanted !== one.value && !isHere({ ...one, value: wanted ?? one.value }, machine)
  })
}

/** The name of the server, if it is the one of another machine and nobody has said what it shall be. */
export function formerName(named: readonly Named[], pairs: StandIns, machine: Machine): Named | undefined {
  return named.find(one => one.kind === 'name' && !pairs.has(one.value) && !isHere(one, machine))
}

/**
 * Refuses what this machine does not have.
 * @throws Failure (refused) that says how to name what stands for it
 */
export function refuseMissing(missing: readonly Named[], machine: Machine): void {
  const [first] = missing
  if (first === undefined) return
  const { interfaces, addresses } = machine
  const example = new Map(missing.map(one => [one.value, choicesFor(one, machine)[0] ?? one.value]))
  const pairs = [...example].map(([old, wanted]) => `${old}=${wanted}`).join(',')
  throw refusal(
    missing.map(({ value, where }) => `${where} is ${value}, which this machine does not have`).join('\n'),
    {
      hint: [
        `Nothing was changed. Its interfaces: ${orNone(interfaces)}; its addresses: ${orNone(addresses)}`,
        `Say what stands for it: --replace ${shell(pairs)}; or keep one: --replace ${shell(`${first.value}=${first.value}`)}`,
      ].join('\n'),
    },
  )
}

/** An interface without a cable has no address. */
function orNone(names: readonly string[]): string {
  return names.join(' ') || 'none'
}

/**
 * Asks what stands for what this machine does not have, and for the name of the server. No answer: the name stays, and the rest
 * is refused later, as without a terminal.
 * @param ask asks a person
 * @returns what was answered, by what it stands for
 */
export async function askForStandIns(
  named: readonly Named[],
  pairs: StandIns,
  machine: Machine,
  ask: (question: string) => Promise<string>,
): Promise<StandIns> {
  const answers = new Map(pairs)
  for (const one of missingHere(named, pairs, machine)) {
    if (answers.has(one.value)) continue
    const choices = choicesFor(one, machine)
    const question = `${one.where} is ${one.value}. What stands for it here: ${choices.join(', ')}? `
    const answer = await answerTo(question, ask, text => choices.includes(text))
    if (answer === '') return answers
    answers.set(one.value, answer)
  }
  const name = formerName(named, answers, machine)
  if (name === undefined) return answers
  const question = `${name.where} is ${name.value}, and this machine is called ${machine.name}. Its name from now on [${name.value}]? `
  const answer = await answerTo(question, ask, text => /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(text))
  return answers.set(name.value, answer === '' ? name.value : answer)
}

/** The first answer that fits, or is empty. */
async function answerTo(
  question: string,
  ask: (question: string) => Promise<string>,
  fits: (text: string) => boolean,
): Promise<string> {
  for (;;) {
    const answer = (await ask(question)).trim()
    if (answer === '' || fits(answer)) return answer
  }
}

/** With another name, the server has another full name, too. */
export function withFullName(pairs: StandIns, configuration: Records | undefined): StandIns {
  const [name = '', domain = ''] = ['SystemName', 'DomainName'].map(key => configuration?.get(key)?.type)
  const wanted = pairs.get(name)
  if (wanted === undefined || domain === '') return pairs
  return new Map([[`${name}.${domain}`, `${wanted}.${domain}`], ...pairs])
}

/** The databases with what stands for another machine's, where a value or a key is one of them as a whole. */
export function replaceIn(databases: ReadonlyMap<string, Records>, pairs: StandIns): ReadonlyMap<string, Records> {
  if (pairs.size === 0) return databases
  const other = (value: string) => pairs.get(value) ?? value
  const changed = ({ key, type, properties }: DbRecord, records: Records) =>
    makeRecord(
      // One that is taken stays with its record.
      records.has(other(key)) ? key : other(key),
      other(type),
      [...properties].map(([name, value]) => [name, other(value)] as const),
    )
  return new Map(
    [...databases].map(([name, records]) => {
      const all = [...records.values()].map(record => changed(record, records))
      return [name, sortedMap(all.map(record => [record.key, record] as const))] as const
    }),
  )
}
