import { EXIT, usageFailure } from '../base/failure.ts'
import { serveConsole } from '../console/web/serve.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit web serve`: the pages. It runs as a user that may do nothing but talk to the helper. */
export async function serve({ system, value }: Invocation): Promise<number> {
  const [helper, path] = [value('helper'), value('socket')]
  if (helper === undefined || path === undefined) throw usageFailure('gabarit web serve --helper FILE --socket FILE')
  // What one left that was killed.
  system.remove(path)
  await serveConsole(helper, path)
  return EXIT.done
}
