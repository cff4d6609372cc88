import { PINS } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { Companion } from '../system/state-file.ts'
import type { RunRequest } from './run.ts'

/** The files of gabarit's own state that change with a run, as they are before or after it. */
export function ownState(
  { pins, alongside = [] }: Pick<RunRequest, 'pins' | 'alongside'>,
  places: Places,
  when: 'before' | 'after',
): Companion[] {
  return [
    ...(pins === undefined ? [] : [PINS.companion(places, pins[when])]),
    ...alongside.map(one => ({ real: places.state.path(one.name), text: one[when] })),
  ]
}
