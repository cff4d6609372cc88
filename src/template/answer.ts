import { type Databases, textOfRecord } from './databases.ts'
import type { Kind } from './questions.ts'
import { FILES, type FragmentWorld } from './scope.ts'

/** What is asked. */
export interface Sources {
  readonly databases: Databases
  readonly world: FragmentWorld
  /** Differs if the template with this path does. */
  readonly fingerprintOf: (path: string) => string
}

/** The answer to a question that a fragment has asked, as text that is the same only for the same answer. */
export function answerTo(
  kind: Kind,
  [first = '', second, third = '']: readonly string[],
  { databases, world, fingerprintOf }: Sources,
): string {
  switch (kind) {
    case 'record':
      return textOfRecord(databases.get(first, second ?? ''))
    case 'all':
      return databases.all(first, second).map(textOfRecord).join()
    case 'listing':
      return databases
        .listing(first, second ?? '', third)
        .map(textOfRecord)
        .join()
    case 'database':
      return String(databases.load(first))
    case 'file':
      databases.note(FILES, first)
      return String(JSON.stringify(world.readFile(first)))
    case 'exists':
      databases.note(FILES, first)
      return String(world.exists(first))
    case 'fact':
      return String(world.fact(first))
    case 'event':
      return JSON.stringify(world.event)
    case 'template':
      return fingerprintOf(first)
  }
}
