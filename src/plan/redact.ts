import { Failure, orFailure } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { secretValues } from '../db/secrets.ts'
import { readDatabase } from '../db/store.ts'
import { MaskedFiles, maskedPaths } from '../state/history/masked-files.ts'
import { LOST_SECRET, Masking, showMasked } from '../state/history/masking.ts'
import { Objects } from '../state/history/objects.ts'
import { type Places, writtenFolder } from '../system/places.ts'
import type { Redact } from './diff.ts'

/**
 * Shows contents of files without their secrets: the present values as asterisks, and in what gabarit wrote before also
 * those that were secret then and that nobody knows any more. A file that was edited since and has such a secret somewhere is
 * not shown at all.
 * @param read absent: a database that cannot be read is an error
 */
export function makeRedact(places: Places, read = readDatabase): Redact {
  const secrets = secretValues(places, read)
  let withSecret: ReadonlySet<string> | undefined
  let files: MaskedFiles | undefined
  const present = (content: string | Uint8Array, path: string) => {
    withSecret ??= maskedPaths(places)
    // The key of the marks is made by the first run that writes one: who only looks makes nothing.
    if (!withSecret.has(path)) return Buffer.from(content).toString('utf8')
    files ??= new MaskedFiles(places, new Objects(places.state), new Masking(places, secrets))
    const masked = files
    const hidden = orFailure(() => masked.hidePresent(path, Buffer.from(content)))
    // What it was without its secret is gone or damaged.
    return showMasked(hidden instanceof Failure ? LOST_SECRET : hidden.toString('utf8'))
  }
  return (content, path) => {
    const written = writtenText(places, content)
    const text = written ?? (path === undefined ? Buffer.from(content).toString('utf8') : present(content, path))
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
  }
}

function writtenText(places: Places, content: string | Uint8Array): string | undefined {
  const written = writtenFolder(places).read(sha256(content))
  return written && showMasked(written.toString('utf8'))
}
