import { EXIT } from '../base/failure.ts'
import type { Fate } from '../db/old-server/remark.ts'
import { createDatabase } from '../db/store.ts'
import { type Import, importServer } from '../import/import-server.ts'
import type { Line } from '../import/part.ts'
import { summaryOf } from '../import/plan.ts'
import type { Unpacked } from '../import/unpack.apart.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { History } from '../state/history/history.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import { databaseFile } from '../system/places.ts'
import { kindOf } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import { Transaction } from '../transaction/transaction.ts'

/** `gabarit import --server PATH`: an old server, as one entry of the history. @param path its folder, or its archive */
export async function importOldServer(invocation: Invocation, path: string): Promise<number> {
  const { places, system, io, flag, print } = invocation
  const { gather, data } = gatherer(invocation)
  const show = (entry: Parameters<typeof gather>[0]) => {
    gather(entry)
    if (['recovered', 'warning', 'problem'].includes(entry.kind) && 'message' in entry)
      invocation.printError(entry.message)
  }
  const file = io.resolve(path)
  const packed = kindOf(file) === 'file' ? await (await import('../import/unpack.apart.ts')).unpack(file) : undefined
  return withEventLock(
    invocation,
    'gabarit import',
    async ({ context, lock, report }) => {
      const { old, lines, plan, changes, names } = lookAt(context, file, packed)
      const counts = countsOf(lines)
      const redact = makeRedact(places)
      const summary = summaryOf(plan, changes.length)
      const isNew = plan.changes.length + changes.length > 0
      if (!flag('json')) {
        for (const { fate, what, how } of lines) print(redact(`${WORDS[fate]}: ${what}: ${how}`))
        const verb = system.dryRun ? 'would bring in' : 'brings in'
        print(isNew ? `${old.system.name}: ${verb} ${summary}` : `${old.system.name}: everything is here already`)
      }
      const asked = askedBy(invocation, 'import', [path])
      const work = { context, lock, report }
      // Without an entry before it, there would be no state to go back to.
      if (isNew && new History(places).lastApplied() === undefined)
        await new Transaction({ asked: { ...asked, comment: BEFORE } }, work).bring(EMPTY, [])
      // First: if what follows is cut off, an empty database says nothing, but a missing one would stop a migration.
      for (const name of names) createDatabase(databaseFile(places, name), 'gabarit import')
      const status = isNew ? await new Transaction({ asked }, work).bring(plan, changes) : EXIT.done
      const { dryRun } = system
      if (flag('json'))
        print(redact(JSON.stringify({ system: old.system.name, dryRun, status, counts, lines, ...data() }, null, 2)))
      else if (isNew && status === EXIT.done && !dryRun)
        print('Next: gabarit lint, then signal-event --dry-run post-upgrade. To take it back: gabarit rollback')
      return status
    },
    show,
  )
}

function lookAt(context: Context, file: string, packed: Unpacked | undefined): Import {
  if (packed === undefined) return importServer(context, file)
  const { files, links, programs, prefix } = packed
  return withTemporaryFiles(files, folder => importServer(context, folder, { file, prefix }), links, programs)
}

/** The comment of the entry that has the server as it was. */
const BEFORE = 'the server before it'

const EMPTY: Plan = { changes: [], folders: [], manifest: new Map(), manifestChanged: false, notify: [], drift: [] }

const WORDS: Readonly<Record<Fate, string>> = {
  unsupported: 'to do',
  closed: 'closed',
  converted: 'converted',
  perl: 'Perl',
  taken: 'taken',
}

function countsOf(lines: readonly Line[]): Record<Fate, number> {
  const count = (fate: Fate) => lines.filter(line => line.fate === fate).length
  return {
    taken: count('taken'),
    converted: count('converted'),
    perl: count('perl'),
    closed: count('closed'),
    unsupported: count('unsupported'),
  }
}
