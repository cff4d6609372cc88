import { EXIT, usageFailure } from '../base/failure.ts'
import { serveConsole } from '../console/web/serve.ts'
import type { Invocation } from '../terminal/command.ts'

/** The first descriptor that systemd passes (sd_listen_fds(3)). */
const PASSED = 3

/** `gabarit web serve`: the pages. It runs as a user that may do nothing but talk to the helper. */
export async function serve({ value }: Invocation): Promise<number> {
  const helper = value('helper')
  const path = value('socket')
  if (helper === undefined) throw usageFailure('missing option: --helper FILE')
  await serveConsole(helper, path === undefined ? { fd: PASSED } : { path })
  return EXIT.done
}
