import { EXIT, Failure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import { recordsOf } from '../../../db/store.ts'
import { describeProblem } from '../../../system/service/adjustment.ts'
import { managersOf } from '../../../system/service/one-shot.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { contextOf } from '../../../terminal/run-context.ts'
import { adjustServices, collectAdjustments } from '../../../transaction/adjust.ts'
import { Health } from '../../../transaction/health.ts'
import { readServers } from '../servers.ts'

/** `gabarit vpn restart NAME`: makes a running server reload its certificates, which it only reads at the start. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places, system, print } = invocation
  const [name = ''] = args
  const { servers } = readServers(places)
  const server = servers.find(known => known.name === name)
  const names = servers.map(known => known.name)
  if (server === undefined) throw new Failure(`there is no VPN server "${name}"${didYouMean(name, names)}`)
  if (!server.enabled) {
    print(`${name} is disabled, so it is not restarted`)
    return EXIT.done
  }
  const context = contextOf(invocation)
  const configuration = recordsOf(places, 'configuration')
  const managerOf = managersOf(configuration, places, system)
  const request = { service: name, word: 'restart', source: 'gabarit vpn restart' }
  const { adjustments } = collectAdjustments([request], configuration)
  const health = new Health(managerOf, context.descriptions, system, places)
  const idle = adjustments.some(({ unit }) => managerOf(unit).idle === true)
  if (!idle && (await health.running(adjustments)).size === 0) {
    print(`${name} is not running: nothing to restart`)
    return EXIT.done
  }
  await adjustServices(
    adjustments,
    managerOf,
    context,
    undefined,
    () => undefined,
    result => {
      const { command, problem, done } = result
      if (problem !== undefined) throw new Failure(describeProblem(result))
      print(done ? `restarted ${name}: ${command}` : `${name}: would ${command}`)
    },
  )
  const ill = idle ? undefined : await health.firstIll(adjustments, configuration)
  if (ill !== undefined) throw new Failure(ill, { hint: `See its log. Then: gabarit vpn restart ${name}` })
  return EXIT.done
}
