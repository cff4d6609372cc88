import { generateX25519Identity } from 'age-encryption'
import { Failure, orFailure, refusal } from '../../base/failure.ts'
import { refuseDamagedDatabases } from '../../db/all-databases.ts'
import { OWNED } from '../../db/owned.ts'
import { nameOfSecret, storedSecrets } from '../../state/secrets/survey.ts'
import { KEEPER } from '../../system/secrets/keeper.ts'
import { hasIdentity, IDENTITY, identityOf, machineKey, secretsFolder } from '../../system/secrets/machine-key.ts'
import type { Invocation } from '../../terminal/command.ts'
import { withRepair } from '../../terminal/with-repair.ts'
import { answerSwitch, refuseWhileWaiting, turn } from './turn.ts'

/** `gabarit secrets encrypt` */
export async function run(invocation: Invocation): Promise<number> {
  const { places, flag } = invocation
  const folder = secretsFolder(places)
  const fresh = await generateX25519Identity()
  const isFresh = flag('new-identity') || !hasIdentity(places)
  const credential = flag('systemd-creds') ? await sealed(isFresh ? fresh : identityOf(folder), invocation) : undefined
  return withRepair(invocation, 'gabarit secrets encrypt', () => {
    refuseDamagedDatabases(places)
    refuseWhileWaiting(places)
    const closed = storedSecrets(places).filter(({ problem }) => problem !== undefined)
    if (flag('new-identity')) moveLostAside(invocation)
    // An identity that is there must be good; without one, nothing may need it.
    else if (hasIdentity(places)) machineKey(places)
    else if (closed[0]?.problem !== undefined) throw closed[0].problem
    if (credential !== undefined) {
      folder.write(KEEPER.file, credential)
      folder.removeDurably(IDENTITY)
    } else if (!hasIdentity(places)) folder.write(IDENTITY, `# The identity of this machine, for age\n${fresh}\n`)
    const settled = turn(places, 'encrypted', 'gabarit secrets encrypt')
    return answerSwitch(invocation, settled, closed.map(nameOfSecret))
  })
}

/** @throws Failure (refused) if it works, or nothing has ever been encrypted */
function moveLostAside({ places }: Invocation): void {
  if (!(orFailure(() => machineKey(places)) instanceof Failure))
    throw refusal('the identity of this machine can be read, so it is not lost', {
      hint: 'For another one: gabarit secrets decrypt, then gabarit secrets encrypt',
    })
  const folder = secretsFolder(places)
  for (const name of [IDENTITY, KEEPER.file]) if (folder.has(name)) folder.moveAside(name)
  // The next release of the fleet makes it anew.
  if (orFailure(() => OWNED.read(places)) instanceof Failure) places.state.within('fleet').moveAside(OWNED.name)
}

/** @throws Failure (refused) if systemd-creds cannot do it */
async function sealed(identity: string, { system }: Invocation): Promise<string> {
  const { status, stdout, output, missing, problem } = await system.ask(KEEPER.seal, {
    input: identity,
    timeout: 60_000,
  })
  if (status === 0) return stdout
  throw refusal(
    `systemd-creds cannot keep the identity: ${missing ? 'it is not installed' : (problem ?? output.trim())}`,
    {
      hint: 'Nothing was changed. Without it, the identity is a file that only root can read: gabarit secrets encrypt',
    },
  )
}
