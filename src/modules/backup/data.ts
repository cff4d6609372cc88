import { EXIT, Failure } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import { below, type Places } from '../../system/places.ts'
import type { Invocation } from '../../terminal/command.ts'
import { STAGE } from './data-restore.ts'
import { chosenJobs, type Job, refuseUnready } from './jobs.ts'
import { hasRun, LAST_RUNS } from './last-runs.ts'
import { Restic, type Told, wordsOf } from './restic.ts'

/** What is told of one job. */
interface Done {
  readonly job: string
  readonly snapshot: string
  readonly files: number
  readonly newFiles: number
  readonly bytesAdded: number
}

/** `gabarit backup --data [JOB]`: this job, or all that are switched on. One that fails does not keep the others. */
export async function backupData(invocation: Invocation): Promise<number> {
  const { args, places, answer, printError } = invocation
  const jobs = chosenJobs(places, args[0])
  const done: Done[] = []
  for (const job of jobs)
    try {
      done.push(await backUp(job, invocation))
    } catch (error) {
      if (!(error instanceof Failure) || jobs.length === 1) throw error
      printError(error.describe())
    }
  const lines = done.map(
    ({ job, files, newFiles, bytesAdded, snapshot }) =>
      `${job}: ${plural(files, 'file')}, ${newFiles} new or changed, ${Math.ceil(bytesAdded / 1024)} KiB added, as ${snapshot}`,
  )
  return answer(done, lines.join('\n'), done.length === jobs.length)
}

async function backUp(job: Job, { places, system, io, flag, progress }: Invocation): Promise<Done> {
  refuseUnready(job)
  const restic = new Restic(job, places, system)
  await restic.makeReady(hasRun(job, places) && !flag('new-repository'))
  let summary: Told | undefined
  const tell = (told: Told) => {
    if (told.message_type === 'summary') summary = told
    if (told.message_type === 'status')
      progress(
        `${job.name}: ${Math.floor((told.percent_done ?? 0) * 100)} % of ${plural(told.total_files ?? 0, 'file')}`,
      )
  }
  const exclude = [`${STAGE}*`, ...job.exclude].map(
    one => `--exclude=${one.startsWith('/') ? below(places, one) : one}`,
  )
  const folders = job.folders.map(folder => below(places, folder))
  const saved = await restic.run(['backup', '--json', '--tag', restic.tag, ...exclude, '--', ...folders], tell)
  const isWhole = saved.status === 0 && summary !== undefined
  // restic only warns of a folder that is gone, and ends with 3 if files cannot be read. Nobody should believe that all is saved.
  const gone = folders.flatMap((real, at) =>
    system.state(real) === undefined ? [`${job.folders[at]} is not there`] : [],
  )
  if (!isWhole || gone.length > 0) {
    const some = saved.status === 0 || saved.status === 3
    const how = some ? 'was saved, but not all of it could be read' : 'was not saved'
    const why = [...gone, ...(isWhole ? [] : [wordsOf(saved)])].join('\n')
    throw new Failure(`${job.name} ${how}:\n${why}`, { status: EXIT.failed, where: job.repository })
  }
  progress(`${job.name}: removing old states`)
  const { daily, monthly } = job.keep
  const keep = ['--keep-daily', daily, '--keep-monthly', monthly, '--keep-last', '1']
  await restic.must(['forget', '--prune', '--group-by', 'tags', '--tag', restic.tag, ...keep])
  const snapshot = summary?.snapshot_id ?? ''
  note(places, job, { time: io.now().toISOString(), repository: job.repository, snapshot })
  return {
    job: job.name,
    snapshot,
    files: summary?.total_files_processed ?? 0,
    newFiles: (summary?.files_new ?? 0) + (summary?.files_changed ?? 0),
    bytesAdded: summary?.data_added ?? 0,
  }
}

function note(places: Places, { name }: Job, run: { time: string; repository: string; snapshot: string }): void {
  LAST_RUNS.write(places, new Map([...(LAST_RUNS.read(places) ?? []), [name, run]]))
}

/** `gabarit backup verify --data [JOB]` */
export async function verifyData({ args, places, system, answer, progress }: Invocation): Promise<number> {
  const jobs = chosenJobs(places, args[0])
  for (const job of jobs) {
    refuseUnready(job)
    progress(`${job.name}: reading the repository`)
    await new Restic(job, places, system).must(['check', '--read-data'])
  }
  const names = jobs.map(({ name }) => name)
  return answer(names, names.map(name => `${name}: the repository is whole`).join('\n'))
}
