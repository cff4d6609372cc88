import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { hasCode, messageOf, refusal } from '../base/failure.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'

/** Why a file is kept as a person left it. */
interface Pin {
  readonly note: string
  /** When it was pinned, ISO 8601 in UTC. */
  readonly time: string
  readonly user: string
}

/** The files that plans must not overwrite, by their path on the server. */
export type Pins = ReadonlyMap<string, Pin>

function pinsFile(places: Places): string {
  return join(places.state, 'pins.json')
}

/**
 * Reads the pins; none if the file is missing.
 * @throws Failure (refused) if it is damaged: pinned files would be overwritten
 */
export function readPins(places: Places): Pins {
  const file = pinsFile(places)
  try {
    const { pins }: { pins?: unknown } = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof pins !== 'object' || pins === null) throw new Error('"pins" is missing')
    return new Map(Object.entries(pins).map(([path, pin]) => [path, checked(path, pin)]))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return new Map()
    if (hasCode(error, 'EACCES')) throw error
    throw refusal(`the list of pinned files is damaged: ${messageOf(error)}`, {
      where: file,
      hint: 'Restore it from a backup. Or move it away and pin the files again: until then events overwrite them.',
    })
  }
}

function checked(path: string, value: unknown): Pin {
  const { note, time, user } = typeof value === 'object' && value !== null ? (value as Partial<Pin>) : {}
  if (typeof note !== 'string' || typeof time !== 'string' || typeof user !== 'string')
    throw new Error(`the entry of ${path} is incomplete`)
  return { note, time, user }
}

/** Replaces the pins. The caller holds the event lock. */
export function writePins(places: Places, pins: Pins): void {
  const sorted = [...pins].sort(([a], [b]) => compareBytes(a, b))
  mkdirSync(places.state, { recursive: true })
  const text = JSON.stringify({ version: 1, pins: Object.fromEntries(sorted) }, null, 2)
  writeFileAtomically(pinsFile(places), `${text}\n`, { mode: 0o600, locked: true })
}
