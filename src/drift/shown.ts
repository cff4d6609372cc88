import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretValues } from '../db/secrets.ts'
import { showMasked } from '../history/masking.ts'
import type { Show } from '../plan/diff.ts'
import { hasCode } from '../system/failure.ts'
import type { Places } from '../system/places.ts'
import { sha256 } from '../system/sha256.ts'
import { writtenFolder } from './written.ts'

/**
 * Shows contents of files without their secrets: the present values as asterisks, and in what gabarit wrote before also
 * those that were secret then and that nobody knows any more.
 */
export function makeShow(places: Places): Show {
  const secrets = secretValues(places)
  return content => {
    const text = writtenText(places, content) ?? Buffer.from(content).toString('utf8')
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
  }
}

function writtenText(places: Places, content: string | Uint8Array): string | undefined {
  try {
    return showMasked(readFileSync(join(writtenFolder(places), sha256(content)), 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}
