import { changeDatabase } from '../../db/change.ts'
import type { Places } from '../../system/places.ts'
import { successorOf } from './authority.ts'
import type { Settings } from './settings.ts'

/** A property with an ACME version 1 URL, and its correct value. */
export interface OldAddress {
  readonly property: 'TestCA' | 'ProductionCA'
  readonly old: string
  readonly address: string
}

/** ACME version 1 URLs in the settings, as SME Server has them: they no longer work. */
export function oldAddresses({ test, production }: Settings): OldAddress[] {
  return [
    { property: 'TestCA', old: test.directory } as const,
    { property: 'ProductionCA', old: production.directory } as const,
  ].flatMap(({ property, old }) => {
    const address = successorOf(old)
    return address === undefined ? [] : [{ property, old, address }]
  })
}

/** Sets the current URLs. */
export function correctAddresses(places: Places, old: readonly OldAddress[]): void {
  changeDatabase(places, 'configuration', { command: 'gabarit letsencrypt' }, draft => {
    for (const { property, address } of old) draft.setprop('letsencrypt', property, address)
  })
}
