import { defined } from '../base/defined.ts'
import type { Descriptions } from '../db/describe.ts'
import type { EffectiveProperty, ProbeDescription, PropertyDescription } from '../db/description.ts'
import type { DbRecord } from '../db/record.ts'
import { packageProgram } from '../system/package-program.ts'
import type { Places } from '../system/places.ts'

/** A probe of one record. */
export interface Probe {
  readonly name: string
  readonly record: DbRecord
  readonly how: ProbeDescription
  /** What it is asked about. */
  readonly properties: readonly ProbedProperty[]
}

/** A property whose value can be compared with an answer. */
export interface ProbedProperty {
  readonly name: string
  readonly value: string
  readonly description: PropertyDescription
  readonly effective: EffectiveProperty
}

/** One command of a probe. */
export interface Question {
  readonly probe: Probe
  /** What its answer tells. */
  readonly properties: readonly ProbedProperty[]
  readonly command: readonly string[]
}

/** The probes of a record. Of a disabled service only those that concern the next start of the machine. */
export function probesOf(record: DbRecord, descriptions: Descriptions): Probe[] {
  const { probes = {}, properties } = descriptions.of('configuration', record.key, record.type) ?? {}
  const all = Object.entries(probes)
  const usual = all.find(([, { answer }]) => answer !== 'differences')?.[0]
  const disabled = (record.properties.get('status') ?? 'enabled') !== 'enabled'
  return all.flatMap(([name, how]): Probe[] => {
    if (disabled && how.when !== 'boot') return []
    const probed = [...(properties ?? [])].flatMap(([property, description]): ProbedProperty[] => {
      const { effective } = description
      const value = record.properties.get(property) ?? ''
      if (effective === undefined || value === '' || (effective.probe ?? usual) !== name) return []
      return [{ name: property, value, description, effective }]
    })
    return how.answer === 'differences' || probed.length > 0 ? [{ name, record, how, properties: probed }] : []
  })
}

/** The commands of a probe: one for all properties, or one for each. */
export function questionsOf(probe: Probe, places: Places): Question[] {
  const { how, properties } = probe
  if (how.answer !== 'value') return [{ probe, properties, command: fill(how.ask, probe, places) }]
  return properties.map(property => {
    const command = fill(how.ask, probe, places, property.effective.key)
    return { probe, properties: [property], command }
  })
}

/** The command that prints what decides. */
export function winnerCommand(probe: Probe, key: string, places: Places): readonly string[] | undefined {
  return probe.how.winner && fill(probe.how.winner, probe, places, key)
}

/**
 * Replaces `{checkers}/NAME` and `{services}/NAME` by the program of the last package that has it, `{record}` by the key,
 * `{key}` by what the daemon calls the property, and `{property:NAME}` by a value. Each word stays one argument.
 */
function fill(words: readonly string[], { record }: Probe, places: Places, key = ''): string[] {
  const texts = defined({ record: record.key, key })
  return words.map(word => {
    const [, folder, program = ''] = /^\{(checkers|services)\}\/(.+)$/s.exec(word) ?? []
    if (folder === 'checkers' || folder === 'services') return packageProgram(places, folder, program) ?? program
    return word.replace(/\{(?:property:([^}]+)|(record|key))\}/g, (_, property?: string, name?: 'record' | 'key') =>
      name === undefined ? (record.properties.get(property ?? '') ?? '') : texts[name],
    )
  })
}
