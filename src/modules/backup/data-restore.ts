import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { hasCode, refusal, usageFailure } from '../../base/failure.ts'
import { objectOf, text } from '../../base/shape.ts'
import { removeTree } from '../../system/folder-tree.ts'
import { below, type Places } from '../../system/places.ts'
import { StateFile } from '../../system/state-file.ts'
import type { System } from '../../system/system.ts'
import type { Invocation } from '../../terminal/command.ts'
import { type Job, jobNamed, refuseUnready } from './jobs.ts'
import { Restic } from './restic.ts'
import { backupState } from './state.ts'

/** How the folder is called in which files are until they are whole: on the disk where they belong. */
export const STAGE = '.gabarit-restored-'

const RESTORING = new StateFile(
  'restoring.json',
  {
    what: 'the note of a restore of data',
    shape: objectOf({ stage: text }),
    wayOut: `Remove it, and what is left of the restore: a folder ${STAGE}…`,
  },
  backupState,
)

/** How long the disk may take to write what was restored, in milliseconds. */
const PATIENCE = 3600 * 1000

/**
 * `gabarit restore --data JOB PATH... --to FOLDER`: files and folders as they were saved last, below another folder. restic writes
 * into the files themselves. So that each one is the old or the new one at any time, it gets a folder of its own, and what is whole
 * is moved.
 */
export async function restoreData(invocation: Invocation): Promise<number> {
  const { args, value, io, places, system, answer, progress } = invocation
  const [name = '', ...paths] = args
  const job = jobNamed(places, name)
  const to = value('to')
  if (to === undefined || paths.length === 0 || paths.some(path => !path.startsWith('/')))
    throw usageFailure(
      'say what comes back, by its whole path, and where to',
      `gabarit restore --data ${name} /srv/ibays/Primary/html/index.html --to /root/restored`,
    )
  refuseUnready(job)
  const restic = new Restic(job, places, system)
  const target = io.resolve(to)
  for (const path of paths) await refuseUnsaved(restic, below(places, path), path, job)
  progress('restoring')
  const found = paths.map(path => join(target, below(places, path)))
  if (!system.dryRun) for (const path of paths) await bringBack(restic, below(places, path), target, places, system)
  return answer({ job: name, dryRun: system.dryRun, files: found }, found.join('\n'))
}

/** restic restores nothing at all, and says nothing, if a path is not in the backup. */
async function refuseUnsaved(restic: Restic, real: string, path: string, { repository }: Job): Promise<void> {
  let isThere = false
  const told = (line: { readonly path?: string }) => {
    if (line.path === real) isThere = true
  }
  await restic.must(['ls', '--json', '--tag', restic.tag, 'latest', '--', real], told)
  if (!isThere) throw refusal(`${path} is not in the last backup`, { where: repository, hint: 'Nothing was restored.' })
}

async function bringBack(restic: Restic, saved: string, target: string, places: Places, system: System): Promise<void> {
  const goal = join(target, saved)
  backupState(places).makeFolder()
  const lock = system.lock(backupState(places).path('restore-data.lock'), {
    what: 'the right to restore data',
    command: 'gabarit restore --data',
  })
  try {
    const left = RESTORING.read(places)?.stage
    if (left !== undefined) removeTree(left)
    // Another one each time: an orphaned restic may still write into the one before.
    const stage = join(nearestFolder(goal, system), `${STAGE}${randomBytes(4).toString('hex')}`)
    RESTORING.write(places, { stage })
    try {
      await restic.must(['restore', 'latest', '--tag', restic.tag, '--target', stage, '--include', saved])
      const { status, output, problem } = await system.run(['sync', '-f', stage], { timeout: PATIENCE })
      if (status !== 0) throw refusal(`could not be written: ${problem ?? output.trim()}`, { where: stage })
      refuseConflicts(join(stage, saved), goal, system)
      system.makeFolder(dirname(goal), 0o700)
      move(join(stage, saved), goal, system)
      system.syncFolder(dirname(goal))
    } finally {
      removeTree(stage)
    }
    RESTORING.remove(places)
  } finally {
    lock.release()
  }
}

function nearestFolder(path: string, system: System): string {
  return system.state(path)?.kind === 'folder' || path === '/' ? path : nearestFolder(dirname(path), system)
}

/** @throws Failure (refused) if a folder would replace something else, or something else a folder: before anything is moved */
function refuseConflicts(from: string, to: string, system: System): void {
  const there = system.state(to)?.kind
  if (there === undefined) return
  const isFolder = system.state(from)?.kind === 'folder'
  if (isFolder !== (there === 'folder'))
    throw refusal(there === 'folder' ? 'is a folder, and was none' : 'is no folder, and was one', {
      where: to,
      hint: 'Nothing was restored. Choose another folder: --to /root/restored',
    })
  if (isFolder) for (const name of system.list(from)) refuseConflicts(join(from, name), join(to, name), system)
}

/** What is only in the goal stays there. */
function move(from: string, to: string, system: System): void {
  const [state, there] = [system.state(from), system.state(to)]
  if (state?.kind === 'folder' && there?.kind === 'folder') {
    for (const name of system.list(from)) move(join(from, name), join(to, name), system)
    system.setAttributes(to, state)
    return
  }
  try {
    system.rename(from, to)
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error
    throw refusal('is on another disk than the folder above it', {
      where: dirname(to),
      hint: 'What came before it is restored. Restore this by itself.',
    })
  }
}
