import { unlessFailed } from '../base/failure.ts'
import { isSensitive } from '../plan/sensitive.ts'
import { readManifest } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import { listed } from './command.ts'

/** The values of `--overwrite`: files that gabarit has written and that can lock the administrator out. */
export function sensitiveFiles(args: readonly string[], places: Places): readonly string[] {
  const written = unlessFailed(() => readManifest(places)) ?? new Map<string, unknown>()
  return listed(args, [...written.keys()].filter(isSensitive))
}
