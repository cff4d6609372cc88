import { orUndefined } from '../base/failure.ts'
import { certificateProblems } from '../commit/certificates.ts'
import { type Checker, CheckerTable } from '../commit/checkers.ts'
import { judgeInPlace, NOTHING, runStaged, verdict } from '../commit/judge.ts'
import type { Context } from '../plan/context.ts'
import { metadataToday } from '../plan/judging.ts'
import type { Plan } from '../plan/plan.ts'
import { readManifest } from '../state/manifest.ts'
import type { Judging } from '../template/metadata.ts'
import { listTemplates } from '../template/tree.ts'

/**
 * The services that must not load what is there now, whether files have changed or not: their checkers refuse it, or a
 * certificate, its key and its chain do not belong together. A daemon that loads it may end.
 * @param services that are about to load their files
 * @param plan what a dry run would have written
 * @returns what is wrong, by service
 */
export async function refusedServices(
  services: readonly string[],
  context: Context,
  plan?: Plan,
): Promise<ReadonlyMap<string, string>> {
  const { places, system } = context
  if (places.root !== '/' || services.length === 0) return new Map()
  const filesOf = filesByService(context)
  const table = new CheckerTable(places)
  const exists = (path: string) => system.state(path) !== undefined
  const read = (path: string) => orUndefined(() => system.read(path))
  const verdicts = await Promise.all(
    services.map(async service => {
      const files = filesOf(service)
      const { problems } = (await judge(table.ofFiles(files, exists), context, plan)) ?? NOTHING
      const wrong = certificateProblems([...files.keys()], read)
      return [service, [...problems, ...wrong].join('\n')] as const
    }),
  )
  return new Map(verdicts.filter(([, said]) => said !== ''))
}

/** A dry run has put nothing in place, so its files are only in a private view. */
async function judge(checkers: readonly Checker[], { places, system }: Context, plan: Plan | undefined) {
  if (checkers.length === 0) return undefined
  if (!system.dryRun) return judgeInPlace(checkers, system)
  const commands = checkers.map(({ command }) => command)
  return verdict(checkers, (await runStaged(commands, plan ?? { changes: [], folders: [] }, system, places)) ?? [])
}

/**
 * Finds the files that a service loads when they change, and how they are judged. If nothing is set, no file of ours is there,
 * but the checkers for it look at what else the daemon loads.
 */
function filesByService(context: Context): (service: string) => ReadonlyMap<string, Judging> {
  const metadataOf = metadataToday(context)
  const owned = [...readManifest(context.places)]
  return service => {
    const isFor = (notify: readonly string[] = []) => notify.some(entry => entry.startsWith(`${service}:`))
    const mine = owned.filter(([, { notify }]) => isFor(notify))
    if (mine.length > 0) return new Map(mine.map(([path, { template }]) => [path, metadataOf(template) ?? {}]))
    return new Map(
      listTemplates(context.layers).flatMap(name => {
        const metadata = metadataOf(name)
        const isPlain = metadata?.each === undefined && metadata?.output === undefined
        return metadata !== undefined && isPlain && isFor(metadata.notify) ? [[`/${name}`, metadata] as const] : []
      }),
    )
  }
}
