import { shell } from '../../base/quote.ts'
import type { Paths } from '../../system/places.ts'
import { Descriptions } from '../describe.ts'
import { makeRecord, type Records } from '../record.ts'
import { recordsOf } from '../store.ts'
import { validateChanges } from '../validate.ts'
import { completed } from './fit.ts'
import { changed, type Meaning, only, without } from './meaning.ts'
import type { Remark } from './remark.ts'

/** What decides who can log in, and where: taken over in silence, it could open this machine, or lock its administrator out. */
const LOGIN = ['TCPPort', 'PermitRootLogin', 'PasswordAuthentication', 'AllowUsers', 'AllowGroups', 'ListenAddress']

const [DATABASE, KEY] = ['configuration', 'sshd']

/** Logins stay as they are on this machine. */
export const LOGINS: Meaning = {
  database: DATABASE,
  of: ({ key }) => key === KEY,
  become: (record, { present }) => {
    const now = present(DATABASE).get(KEY)
    if (settings(record.properties, now?.properties).length === 0) return [record]
    return [changed(without(record, LOGIN), Object.fromEntries(now === undefined ? [] : only(now, LOGIN)))]
  },
}

/**
 * Says how the logins of the old server can be had, without the values that would be refused here.
 * @param there its configuration
 * @param incoming the records that come in; without sshd, nothing is said
 */
export function tellLogins(
  places: Paths,
  there: Records | undefined,
  incoming: Records | undefined,
  tell: (remark: Remark) => void,
): void {
  const [old, next] = [there?.get(KEY), incoming?.get(KEY)]
  if (old === undefined || next === undefined || incoming === undefined) return
  const present = recordsOf(places, DATABASE)
  const wanted = settings(old.properties, present.get(KEY)?.properties)
  if (wanted.length === 0) return
  const descriptions = new Descriptions(places)
  const after = completed(places, DATABASE, incoming, descriptions)
  const problemOf = ([name, value]: readonly [string, string]) => {
    const sshd = changed(after.get(KEY) ?? makeRecord(KEY, 'service', []), { [name]: value })
    const all: Records = new Map([...after, [KEY, sshd]])
    const recordsIn = (database: string) => (database === DATABASE ? all : recordsOf(places, database))
    return validateChanges(descriptions, DATABASE, present, all, [KEY], recordsIn).find(
      ({ property, properties }) => property === name || properties?.includes(name),
    )?.message
  }
  const judged = wanted.map(setting => ({ setting, problem: problemOf(setting) }))
  const refused = judged.flatMap(({ setting: [name, value], problem }) =>
    problem === undefined ? [] : [`Its ${name} ${value} cannot be used here (${problem}): choose another one.`],
  )
  const pairs = judged.flatMap(({ setting: [name, value], problem }) =>
    problem === undefined ? [`${name} ${shell(value)}`] : [],
  )
  const command =
    pairs.length === 0 ? [] : [`If you want them as on the old one: config setprop sshd ${pairs.join(' ')}`]
  const how = ['logins stay as they are on this machine.', ...refused, ...command].join(' ')
  tell({ fate: 'closed', database: DATABASE, key: KEY, how })
}

/** What is said of logins there, and is otherwise here. */
function settings(
  there: ReadonlyMap<string, string>,
  here: ReadonlyMap<string, string> | undefined,
): [name: string, value: string][] {
  return LOGIN.flatMap(name => {
    const value = todays(there.get(name) ?? '')
    return value === '' || value === here?.get(name) ? [] : [[name, value]]
  })
}

/** The word of today's OpenSSH (sshd_config(5), PermitRootLogin). */
function todays(value: string): string {
  return value === 'without-password' ? 'prohibit-password' : value
}
