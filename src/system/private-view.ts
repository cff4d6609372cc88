import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Failure } from '../base/failure.ts'
import { holdSignals } from './interruption.ts'
import { readInput } from './io.ts'
import { runCommand } from './run.ts'
import type { Attributes } from './system.ts'

/** A file as the checkers shall see it: its content (base64) with owner and mode. */
interface ViewFile {
  readonly real: string
  readonly content: string
  readonly attributes: Attributes
}

/** What the checkers should see, and the checkers. Sent as JSON to the process that creates the view. */
export interface ViewRequest {
  /** An empty folder of our own, on which a tmpfs is mounted. */
  readonly scratch: string
  readonly files: readonly ViewFile[]
  readonly links: readonly { readonly target: string; readonly real: string }[]
  readonly removed: readonly string[]
  /** Folders that have to be there, outermost first. */
  readonly folders: readonly string[]
  readonly commands: readonly (readonly string[])[]
  /** Time limit of one checker in milliseconds. */
  readonly timeout: number
}

/**
 * What a process in a private mount namespace (`unshare --mount`) does: reads a {@link ViewRequest} from standard input, mounts
 * the staged files over the real ones, invisible to all other processes, and runs the checkers on the result. Everything
 * disappears when the process ends.
 * @returns the results in the order of the commands, as JSON
 * @throws Failure if the view cannot be created
 */
export async function judgeFromInput(): Promise<string> {
  const request: ViewRequest = JSON.parse(readInput().toString('utf8'))
  mkdirSync(request.scratch, { recursive: true, mode: 0o700 })
  mount('-t', 'tmpfs', '-o', 'mode=0700', 'tmpfs', request.scratch)
  const { files, links, removed, folders } = request
  const paths = [...files.map(({ real }) => real), ...links.map(({ real }) => real), ...removed, ...folders]
  // Ours last: once it is covered, no further overlay can be made in it.
  const own = topFolder(request.scratch)
  const tops = [...new Set(paths.map(topFolder))].sort((a, b) => Number(a === own) - Number(b === own))
  for (const [index, top] of tops.entries()) coverTree(top, join(request.scratch, String(index)), paths)
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  for (const file of files) place(file)
  for (const { target, real } of links) {
    mkdirSync(dirname(real), { recursive: true })
    rmSync(real, { force: true })
    symlinkSync(target, real)
  }
  for (const real of removed) rmSync(real, { force: true })
  const env = { ...process.env, LC_ALL: 'C.UTF-8' }
  // Each checker has its own process group, so ending this process must end them too.
  const letSignals = holdSignals()
  const run = (command: readonly string[]) => runCommand(command, { env, timeout: request.timeout })
  return JSON.stringify(await Promise.all(request.commands.map(run)).finally(letSignals))
}

function place({ real, content, attributes: { mode, uid, gid } }: ViewFile): void {
  mkdirSync(dirname(real), { recursive: true })
  rmSync(real, { force: true })
  writeFileSync(real, Buffer.from(content, 'base64'), { mode: 0o600 })
  chownSync(real, uid, gid)
  chmodSync(real, mode & 0o7777)
}

/** `/etc` of `/etc/httpd/conf/httpd.conf`. */
function topFolder(path: string): string {
  return `/${path.split('/')[1] ?? ''}`
}

/**
 * Covers a folder and everything mounted below it. An overlay alone would show what is underneath a mount (such as
 * /etc/resolv.conf in a container).
 */
function coverTree(folder: string, scratch: string, paths: readonly string[]): void {
  // If our own folder is below it, nothing covered can be reached afterwards.
  const mounts = scratch.startsWith(`${folder}/`) ? [] : mountsBelow(folder)
  const kept = join(scratch, 'kept')
  if (mounts.length > 0) {
    mkdirSync(kept, { recursive: true })
    mount('--rbind', folder, kept)
  }
  if (!cover(folder, folder, join(scratch, 'own'))) return
  for (const [index, point] of mounts.entries()) {
    // Files to replace are on the overlay.
    if (paths.includes(point)) continue
    const was = join(kept, relative(folder, point))
    if (paths.some(path => path.startsWith(`${point}/`))) cover(was, point, join(scratch, `below-${index}`))
    else mount('-o', 'bind,ro', was, point)
  }
}

/** What is mounted below a folder, outer ones first (proc_pid_mountinfo(5)). */
function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap(line => line.split(' ')[4] ?? [])
    .map(point => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
  return [...new Set(points)].filter(point => point.startsWith(`${folder}/`)).sort((a, b) => a.length - b.length)
}

/**
 * Makes a folder writable in this namespace only: with an overlay, or a copy if overlays cannot be stacked.
 * @param lower what it shows
 * @returns whether it is an overlay; a copy includes everything mounted below
 */
function cover(lower: string, folder: string, scratch: string): boolean {
  const upper = join(scratch, 'upper')
  const work = join(scratch, 'work')
  for (const path of [upper, work]) mkdirSync(path, { recursive: true })
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`
  if (!/[,:\\]/.test(lower) && tryMount('-t', 'overlay', '-o', options, 'overlay', folder)) return true
  const copy = join(scratch, 'copy')
  const { status, stderr } = spawnSync('cp', ['-a', '--', lower, copy], { encoding: 'utf8' })
  if (status !== 0) throw new Failure(`cannot copy ${folder} for the checkers: ${stderr?.trim()}`)
  mount('--bind', copy, folder)
  return false
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Failure(`mount ${args.join(' ')}: ${stderr?.trim() || 'failed'}`)
}

function tryMount(...args: string[]): boolean {
  return spawnSync('mount', args).status === 0
}
