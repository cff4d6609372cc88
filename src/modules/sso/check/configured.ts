import { Failure, orFailure } from '../../../base/failure.ts'
import { makeContext } from '../../../plan/context.ts'
import { makeExpander } from '../../../plan/expand.ts'
import { below, type Places } from '../../../system/places.ts'
import { exists, readText } from '../../../system/read-files.ts'
import type { System } from '../../../system/system.ts'
import { parseSettings } from '../gate/settings.ts'
import { KEYS } from '../keys.ts'

const FILE = `${KEYS}/gate.json`

/** What the records say now. */
export interface Configured {
  readonly settings: ReturnType<typeof parseSettings>
  /** Whether the last event has made this of them. */
  readonly isLive: boolean
}

/** What the gateway would be told by the next event; a Failure says why nothing can be made of the records. */
export function configuredNow(places: Places, system: System): Configured | Failure {
  return orFailure(() => {
    const context = makeContext(places, system, () => undefined)
    const [output] = makeExpander(context).expand(FILE.slice(1))
    if (output?.content === undefined) throw new Failure('the template makes no settings', { where: FILE })
    const real = below(places, FILE)
    const isLive = exists(real) && readText(real) === output.content
    return { settings: parseSettings(output.content), isLive }
  })
}
