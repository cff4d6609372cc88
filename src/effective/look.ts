import { availableParallelism } from 'node:os'
import { messageOf } from '../base/failure.ts'
import { inParallel } from '../base/in-parallel.ts'
import type { Manifest } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import { withPrograms } from '../system/programs.ts'
import type { RunResult, System } from '../system/system.ts'
import { readAnswer } from './answers.ts'
import { agrees } from './compare.ts'
import type { Difference } from './difference.ts'
import { type Probe, type ProbedProperty, type Question, questionsOf, winnerCommand } from './probes.ts'

/** Runs commands that only look. */
export type Ask = (commands: readonly (readonly string[])[]) => Promise<readonly RunResult[]>

/** What probes found. */
export interface Found {
  readonly differences: readonly Difference[]
  /** Probes whose answer cannot be had or understood, and why. */
  readonly problems: readonly string[]
  /** Probes whose program is not installed. */
  readonly missing: readonly string[]
}

/** Time limit of a command, in milliseconds. */
const TIMEOUT = 20_000
/** How many run at once: while one waits for a daemon, another one can work. */
const AT_ONCE = 2 * availableParallelism()
/** Exit status of a shell script whose program is not installed (POSIX, Shell Command Language 2.8.2). */
const NOT_FOUND = 127
/** Exit status of a probe if there is nothing to compare, as of `status` of a one-shot service. */
const NOTHING = 4

/** Asks what is in effect now. */
export function askNow(system: System, { shipped }: Places): Ask {
  const env = withPrograms(shipped, { ...system.env, LC_ALL: 'C.UTF-8' })
  const options = { cwd: '/', env, timeout: TIMEOUT }
  // On a slow machine, all of them together would not end within their time.
  return commands => inParallel(commands, AT_ONCE, command => system.ask(command, options))
}

/** Nobody was asked. */
export const NOTHING_FOUND: Found = { differences: [], problems: [], missing: [] }

/**
 * Asks all probes and compares.
 * @param manifest files that gabarit has written
 */
export async function look(probes: readonly Probe[], places: Places, manifest: Manifest, ask: Ask): Promise<Found> {
  const questions = probes.flatMap(probe => questionsOf(probe, places))
  if (questions.length === 0) return NOTHING_FOUND
  return read(questions, await ask(questions.map(({ command }) => command)), places, manifest, ask)
}

/**
 * Reads the answers to questions that were asked already.
 * @param ask for what decides
 */
export async function read(
  questions: readonly Question[],
  results: readonly RunResult[],
  places: Places,
  manifest: Manifest,
  ask: Ask,
): Promise<Found> {
  const differences: Difference[] = []
  const problems: string[] = []
  const missing: string[] = []
  for (const [index, question] of questions.entries()) {
    const result = results[index]
    const name = `${question.probe.record.key}: ${question.command.join(' ')}`
    if (result === undefined || result.missing || result.status === NOT_FOUND) missing.push(name)
    else
      try {
        differences.push(...differencesOf(question, result))
      } catch (error) {
        problems.push(`${name}: ${messageOf(error)}`)
      }
  }
  // A fragment of the site may say something else than the record: that is meant.
  const isOurs = ({ winner }: Difference) => manifest.has(winner.replace(/:.*/s, ''))
  const named = await withWinners(differences, places, ask)
  return { differences: named.map(one => (isOurs(one) ? { ...one, warns: true } : one)), problems, missing }
}

/** @throws Error that says why the answer is none */
function differencesOf({ probe, properties }: Question, result: RunResult): Difference[] {
  const { answer } = probe.how
  if (answer === 'differences' && result.status === NOTHING) return []
  const lines = result.stdout.split('\n').filter(line => line.trim() !== '')
  if (result.status !== 0 && !(answer === 'differences' && lines.length > 0))
    throw new Error(result.problem ?? (result.output.trim() || `exit status ${result.status}`))
  if (answer === 'differences') return lines.map(line => ownDifference(probe, line))
  const said = readAnswer(answer, properties[0]?.effective.key ?? '', result.stdout)
  return properties.flatMap(property => {
    const held = said.get(property.effective.key) ?? []
    return agrees(property, held) ? [] : [differenceOf(probe, property, held)]
  })
}

function differenceOf(probe: Probe, property: ProbedProperty, held: readonly string[]): Difference {
  const { name, value, description } = property
  const record = probe.record.key
  const [wanted, holds] = description.secret ? ['the secret of the record', 'another one'] : [value, held.join(' ')]
  return {
    ...{ probe, record, property: name, wanted, holds: held.length === 0 ? 'nothing' : holds, winner: '' },
    wayOut: `Change that, or take the property out: config delprop ${record} ${name}`,
    warns: warns(probe),
  }
}

/** A line of a probe that compares by itself. @throws Error if it has another form */
function ownDifference(probe: Probe, line: string): Difference {
  const [record = '', property = '', wanted = '', holds, winner = '', wayOut = '', ...more] = line.split('\t')
  if (record === '' || holds === undefined || more.length > 0)
    throw new Error(`this is not a difference (record, property, wanted, holds, winner, way out): ${line}`)
  return {
    probe,
    record,
    property,
    wanted,
    holds,
    winner,
    wayOut: wayOut || 'Change that, or the record.',
    warns: warns(probe),
  }
}

function warns({ how }: Probe): boolean {
  return how.warns === true || how.when === 'boot'
}

/** Asks which file or rule decides, where a probe knows a command for that. */
async function withWinners(differences: readonly Difference[], places: Places, ask: Ask): Promise<Difference[]> {
  const asked = differences.flatMap(difference => {
    const { probe, property } = difference
    const probed = probe.properties.find(({ name }) => name === property)
    const command = probed && winnerCommand(probe, probed.effective.key, places)
    return command === undefined ? [] : [{ difference, command, secret: probed?.description.secret === true }]
  })
  const results = asked.length === 0 ? [] : await ask(asked.map(({ command }) => command))
  const winners = asked.map(({ difference, secret }, index): [Difference, string] => {
    const [line = ''] = (results[index]?.stdout ?? '').split('\n')
    // The line itself may hold the value.
    return [difference, secret ? (/^[^\s:]+(:\d+)?/.exec(line)?.[0] ?? '') : line]
  })
  const byDifference = new Map(winners)
  return differences.map(one => ({ ...one, winner: byDifference.get(one) ?? one.winner }))
}
