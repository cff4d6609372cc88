import { refusal, usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { Descriptions } from '../../db/describe.ts'
import type { Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { below, type Places } from '../../system/places.ts'
import { statOf } from '../../system/read-files.ts'
import { splitList } from '../../template/text.ts'
import { withDefaults } from './settings.ts'

/** A backup of folders by restic: one record of the database `backups`. */
export interface Job {
  readonly name: string
  readonly isOn: boolean
  /** On the server. */
  readonly folders: readonly string[]
  readonly exclude: readonly string[]
  readonly repository: string
  /** What gives restic the password: never the command line. */
  readonly password: Readonly<Record<string, string>>
  readonly keep: { readonly daily: string; readonly monthly: string }
}

const DATABASE = 'backups'

/** All jobs; what a record has not, its description says. */
export function jobsOf(places: Places, records: Records = recordsOf(places, DATABASE)): Job[] {
  const described = new Descriptions(places).of(DATABASE, '', 'data')
  return [...records.values()].flatMap(({ key, type, properties }): Job[] => {
    if (type !== 'data') return []
    const settings = withDefaults(properties, described)
    const of = (name: string) => settings.get(name) ?? ''
    return [
      {
        name: key,
        isOn: of('status') === 'enabled',
        folders: splitList(of('Folders'), ','),
        exclude: splitList(of('Exclude'), ','),
        repository: of('Repository'),
        password: passwordOf(of('Password'), of('PasswordFile'), places),
        keep: { daily: of('KeepDaily'), monthly: of('KeepMonthly') },
      },
    ]
  })
}

function passwordOf(password: string, file: string, places: Places): Job['password'] {
  if (file !== '') return { RESTIC_PASSWORD_FILE: below(places, file) }
  return password === '' ? {} : { RESTIC_PASSWORD: password }
}

/** @throws Failure (usage) for a name without a record */
export function jobNamed(places: Places, name: string): Job {
  const jobs = jobsOf(places)
  const found = jobs.find(job => job.name === name)
  if (found !== undefined) return found
  const names = jobs.map(job => job.name)
  throw usageFailure(`there is no backup of data "${name}"${didYouMean(name, names)}`, HOW)
}

/** Those that are switched on. */
export function activeJobs(places: Places): Job[] {
  return jobsOf(places).filter(({ isOn }) => isOn)
}

/** The job of this name, or all that are switched on. @throws Failure if there is none */
export function chosenJobs(places: Places, name: string | undefined): Job[] {
  const jobs = name === undefined ? activeJobs(places) : [jobNamed(places, name)]
  if (jobs.length === 0) throw refusal('there is no backup of data', { hint: HOW })
  return jobs
}

/** How to make the first one. */
const HOW = 'db backups set NAME data Folders /srv/ibays Repository /mnt/disk/restic Password …'

/** @throws Failure (refused) if a job lacks something, or others can read its password */
export function refuseUnready({ name, repository, folders, password }: Job): void {
  const refuse = (what: string, hint: string) => refusal(`${DATABASE} ${name} ${what}`, { hint })
  if (repository === '') throw refuse('has no Repository', `db backups setprop ${name} Repository /mnt/disk/restic`)
  if (folders.length === 0) throw refuse('has no Folders', `db backups setprop ${name} Folders /srv/ibays`)
  const { RESTIC_PASSWORD_FILE: file } = password
  if (Object.keys(password).length === 0)
    throw refuse(
      'has no Password: nobody could read the backup',
      `db backups setprop ${name} Password "four random words"`,
    )
  const stat = file === undefined ? undefined : statOf(file)
  if (file !== undefined && (stat === undefined || (stat.mode & 0o077) !== 0))
    throw refuse(
      stat === undefined
        ? `names a PasswordFile that is not there: ${file}`
        : `names a PasswordFile that others can read: ${file}`,
      `chmod 600 ${file}`,
    )
}
