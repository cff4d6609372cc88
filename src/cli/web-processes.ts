import { EXIT } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import { IDLE } from '../console/access/sessions.ts'
import { Helper } from '../console/helper/helper.ts'
import { Runs } from '../console/helper/runs.ts'
import { serveHelper } from '../console/helper/serve.ts'
import type { Invocation } from '../terminal/command.ts'
import { VERBS } from './db/verbs.ts'
import { consoleSite } from './web-site.ts'

/** The first descriptor that systemd passes (sd_listen_fds(3)). */
const PASSED = 3

/** `gabarit web helper`: the part of the console that runs as root. */
export async function helper({ places, system, commands, value, flag }: Invocation): Promise<number> {
  const [path, user] = [value('socket'), value('user')]
  const runs = new Runs(places, system)
  // What a helper left that was killed. Two at once are a mistake, and the later one gets the requests.
  if (path !== undefined) system.remove(path)
  const where = path === undefined ? { fd: PASSED } : { path }
  // Of a socket, only its owner and root can write: so the kernel itself checks the user of each connection. Node cannot ask
  // for it (SO_PEERCRED).
  const uid = user === undefined ? 0 : system.userId(user)
  const letIn = () => path !== undefined && system.setAttributes(path, { mode: 0o600, uid, gid: 0 })
  const answering = new Helper(places, system, { commands, verbs: VERBS }, runs, () => consoleSite(places))
  // As long as a session lasts that nobody uses.
  const patience = flag('stay') ? undefined : millisecondsOf(value('idle'), IDLE)
  await serveHelper(answering, runs, where, patience, letIn)
  return EXIT.done
}

/** `gabarit web attend RUN`: the process of one run. */
export function attend({ args, places, system }: Invocation): Promise<number> {
  return new Runs(places, system).attend(args[0] ?? '')
}
