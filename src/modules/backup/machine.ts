import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { refusal, usageFailure } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import type { Descriptions } from '../../db/describe.ts'
import { type DbRecord, makeRecord, type Records } from '../../db/record.ts'
import { readText } from '../../system/read-files.ts'

/** A value that names a part of the machine that the archive is from. */
interface Missing {
  readonly value: string
  /** `configuration firewall ExternalInterface` */
  readonly where: string
}

/** The interfaces and addresses of a machine. */
export interface Machine {
  readonly interfaces: readonly string[]
  readonly addresses: readonly string[]
}

export function thisMachine(): Machine {
  const addresses = Object.values(networkInterfaces()).flatMap(all => all?.map(({ address }) => address) ?? [])
  // Those without a cable, too: proc(5).
  const interfaces = [...readText('/proc/net/dev').matchAll(/^ *([^:|]+):/gm)].map(([, name = '']) => name)
  return { interfaces, addresses }
}

/** Values that name an interface that this machine does not have, or as its own an address that it does not have. */
export function missingHere(
  databases: ReadonlyMap<string, Records>,
  descriptions: Descriptions,
  { interfaces, addresses }: Machine,
): Missing[] {
  const isThere = (value: string) =>
    value.endsWith('+') ? interfaces.some(name => name.startsWith(value.slice(0, -1))) : interfaces.includes(value)
  return [...databases].flatMap(([database, records]) =>
    [...records.values()].flatMap(({ key, type, properties }): Missing[] => {
      if (database === 'configuration' && key === 'LocalIP' && !isLoopback(type) && !addresses.includes(type))
        return [{ value: type, where: `${database} ${key}` }]
      const described = descriptions.of(database, key, type)?.properties
      return [...properties].flatMap(([name, value]) => {
        const isOne = described?.get(name)?.format === 'interface' && value !== '' && !value.startsWith('tun')
        return isOne && !isThere(value) ? [{ value, where: `${database} ${key} ${name}` }] : []
      })
    }),
  )
}

/**
 * Refuses what this machine does not have.
 * @throws Failure (refused) that says how to name what stands for it
 */
export function refuseMissing(missing: readonly Missing[], machine: Machine): void {
  if (missing.length === 0) return
  const [first] = missing
  throw refusal(
    missing.map(({ value, where }) => `${where} is ${value}, which this machine does not have`).join('\n'),
    {
      hint: [
        `Nothing was changed. Its interfaces: ${machine.interfaces.join(' ')}; its addresses: ${machine.addresses.join(' ')}`,
        `Say what stands for it: --replace ${shell(`${first?.value ?? ''}=${machine.interfaces.find(name => name !== 'lo') ?? 'eth0'}`)}`,
      ].join('\n'),
    },
  )
}

/**
 * Asks what stands for what this machine does not have. No answer: it is refused later, as without a terminal.
 * @param ask asks a person
 * @returns what was answered, by what it stands for
 */
export async function askForMissing(
  missing: readonly Missing[],
  { interfaces, addresses }: Machine,
  ask: (question: string) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>()
  for (const { value, where } of missing) {
    if (answers.has(value)) continue
    const choices = isIP(value) === 0 ? interfaces : addresses.filter(address => !isLoopback(address))
    for (;;) {
      const answer = (await ask(`${where} is ${value}. What stands for it here: ${choices.join(', ')}? `)).trim()
      if (answer === '') return answers
      if (!choices.includes(answer)) continue
      answers.set(value, answer)
      break
    }
  }
  return answers
}

/** The pairs of `--replace OLD=NEW,…`. @throws Failure (usage) */
export function replacements(text = ''): ReadonlyMap<string, string> {
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

/** The databases with other interfaces and addresses, where a value is one of them as a whole. */
export function replaceIn(databases: ReadonlyMap<string, Records>, pairs: ReadonlyMap<string, string>) {
  if (pairs.size === 0) return databases
  const other = (value: string) => pairs.get(value) ?? value
  const changed = ({ key, type, properties }: DbRecord) =>
    makeRecord(
      key,
      other(type),
      [...properties].map(([name, value]) => [name, other(value)] as const),
    )
  return new Map(
    [...databases].map(
      ([name, records]) => [name, new Map([...records].map(([key, record]) => [key, changed(record)]))] as const,
    ),
  )
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
