import { kindOf, readGiven } from '../../../system/read-files.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { needMember } from '../member.ts'
import { openStore } from '../store/open.ts'
import { sourceInFolder, sourceInStore } from './source.ts'
import { take } from './take.ts'

/** `gabarit fleet take` */
export async function runTake(invocation: Invocation): Promise<number> {
  const { value, io, places } = invocation
  const folder = value('from')
  if (folder !== undefined) {
    const read = (file: string) => (kindOf(file) === 'file' ? readGiven(file) : undefined)
    return take(invocation, sourceInFolder(io.resolve(folder), read))
  }
  const { host } = needMember(places)
  const store = openStore(places)
  try {
    return await take(invocation, sourceInStore(store, host))
  } finally {
    store.close()
  }
}
