import { refusal } from '../../base/failure.ts'
import { refuseDamagedDatabases } from '../../db/all-databases.ts'
import { storedSecrets } from '../../state/secrets/survey.ts'
import type { Invocation } from '../../terminal/command.ts'
import { withRepair } from '../../terminal/with-repair.ts'
import { answerSwitch, refuseWhileWaiting, turn } from './turn.ts'

/** `gabarit secrets decrypt` */
export async function run(invocation: Invocation): Promise<number> {
  const { places } = invocation
  return withRepair(invocation, 'gabarit secrets decrypt', () => {
    refuseDamagedDatabases(places)
    refuseWhileWaiting(places)
    const problems = storedSecrets(places).flatMap(({ problem }) => problem?.describe() ?? [])
    if (problems.length > 0) throw refusal([...new Set(problems)].join('\n'), { hint: 'Nothing was changed.' })
    return answerSwitch(invocation, turn(places, 'plain', 'gabarit secrets decrypt'))
  })
}
