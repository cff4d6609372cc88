import { constants } from 'node:os'
import { messageOf } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'

const VERBS = [
  'start',
  'stop',
  'restart',
  'reload',
  'reload-or-restart',
  'try-restart',
  'reload-or-try-restart',
  'enable',
  'disable',
] as const

/** What a service manager can do; `signal:NAME` sends a signal to the main process. */
export type ServiceAction = (typeof VERBS)[number] | `signal:${string}`

/** SME Server's other words, and what they mean. */
const SYNONYMS: Readonly<Record<string, ServiceAction>> = {
  adjust: 'reload-or-restart',
  graceful: 'reload-or-restart',
  sighup: 'reload-or-restart',
  sigusr1: 'reload-or-restart',
  sigusr2: 'reload-or-restart',
  sigterm: 'restart',
  up: 'start',
  u: 'start',
  once: 'start',
  o: 'start',
  down: 'stop',
  d: 'stop',
}

/** `sighup` and all other signals of this system. */
const SIGNALS: readonly string[] = Object.keys(constants.signals).map(name => name.toLowerCase())

/**
 * The action for a word in `services2adjust` or `notify`.
 * @throws TypeError for an unknown word, suggesting the nearest
 */
export function parseAction(word: string): ServiceAction {
  const verb = VERBS.find(known => known === word) ?? (Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined)
  if (verb !== undefined) return verb
  if (SIGNALS.includes(word)) return `signal:${word.slice('sig'.length).toUpperCase()}`
  const known = [...VERBS, ...Object.keys(SYNONYMS), ...SIGNALS]
  throw new TypeError(`unknown service action "${word}"${didYouMean(word, known)}`)
}

/** Strongest first: each one includes those after it. */
const STRENGTH: readonly ServiceAction[] = [
  'stop',
  'restart',
  'reload-or-restart',
  'reload',
  'try-restart',
  'reload-or-try-restart',
  'start',
]

/** These do nothing to a stopped service. */
const NEEDS_RUNNING: ReadonlySet<ServiceAction> = new Set(['try-restart', 'reload-or-try-restart'])

/**
 * What is actually done, in order, if one event requests several actions for a service.
 * A service whose `status` is not `enabled` is stopped, whatever was requested (SME Server, adjust-services). An enabled one
 * is started if nothing requested would start it. Of the verbs, the strongest is enough; signals, enable and disable are
 * kept.
 */
export function resolveActions(asked: readonly ServiceAction[], enabled: boolean): ServiceAction[] {
  if (!enabled) return ['stop']
  const strongest = STRENGTH.find(verb => asked.includes(verb)) ?? 'start'
  const first: ServiceAction[] = NEEDS_RUNNING.has(strongest) ? ['start'] : []
  const others = asked.filter(action => !STRENGTH.includes(action))
  return [...new Set<ServiceAction>([...first, strongest, ...others])]
}

/** Why a word is no action, if it is none. */
export function actionProblem(word: string): string | undefined {
  try {
    parseAction(word)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
