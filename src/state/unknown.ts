import { refusal } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import { type Places, writtenFolder } from '../system/places.ts'
import { History } from './history/history.ts'

/**
 * Refuses to go on without the list of owned files on a server where gabarit has written before: edited files would look
 * like files that were never ours, and would be overwritten. A fresh server passes.
 * @param empty hash of a list without any file: an event that made none left it in the history, and no list in its place
 * @throws Failure (refused)
 */
export function refuseUnknownState(places: Places, file: string, empty: string): void {
  const known = new History(places).lastApplied()?.manifest ?? undefined
  const nothing = known === undefined || known === empty
  if (nothing && writtenFolder(places).list().length === 0) return
  throw refusal('the list of the files that gabarit owns is missing, and gabarit has written files here before', {
    where: file,
    hint: wayOut(places, file, known),
  })
}

/** What to do about a list that is missing or damaged: exact commands. */
export function wayOut(places: Places, file: string, known = lastKnown(places)): string {
  const { objects } = new History(places)
  const fromHistory =
    known === undefined || !objects.has(known)
      ? []
      : [
          'Take the one of the last event back from the history:',
          `  install -m 600 ${shell(objects.fileOf(known))} ${shell(file)}`,
        ]
  return [
    'Nothing was changed: files edited by hand could not be told from others.',
    ...fromHistory,
    `${fromHistory.length === 0 ? 'Restore it from a backup. Or' : 'Or'} begin a new one; files that differ then count as never made by gabarit, and are overwritten with a copy kept:`,
    `  echo '{"version": 1, "outputs": {}}' > ${shell(file)}`,
  ].join('\n')
}

function lastKnown(places: Places): string | undefined {
  try {
    return new History(places).lastApplied()?.manifest ?? undefined
  } catch {
    // The history is damaged as well: there is nothing to take back from it.
    return undefined
  }
}
