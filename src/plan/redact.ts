import { Failure, orFailure } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { secretValues } from '../db/secrets.ts'
import { readDatabase } from '../db/store.ts'
import { ifOpens } from '../db/stored.ts'
import { MaskedFiles, maskedPaths } from '../state/history/masked-files.ts'
import { LOST_SECRET, Masking, showMasked } from '../state/history/masking.ts'
import { Objects } from '../state/history/objects.ts'
import { type Places, writtenFolder } from '../system/places.ts'
import { statOf } from '../system/read-files.ts'
import type { Redact } from './diff.ts'

/**
 * Shows file contents without secrets. Current values become asterisks; in what gabarit wrote before, so do values that were
 * secret then and are no longer known. A file that contains such a secret and was edited since is not shown at all.
 * @param read default: a database that cannot be read is an error
 */
export function makeRedact(places: Places, read = readDatabase): Redact {
  // Nobody can show what nobody can open.
  const secrets = secretValues(places, read, ifOpens)
  let withSecret: ReadonlySet<string> | undefined
  let files: MaskedFiles | undefined
  const present = (content: string | Uint8Array, path: string) => {
    withSecret ??= maskedPaths(places)
    // The first run that writes a mark creates their key. Commands that only read do not.
    if (!withSecret.has(path)) return Buffer.from(content).toString('utf8')
    files ??= new MaskedFiles(places, new Objects(places.state), new Masking(places, secrets))
    const masked = files
    const hidden = orFailure(() => masked.hidePresent(path, Buffer.from(content)))
    // Its masked text is missing or damaged.
    return showMasked(hidden instanceof Failure ? LOST_SECRET : hidden.toString('utf8'))
  }
  return (content, path) => {
    const written = writtenText(places, content)
    const text = written ?? (path === undefined ? Buffer.from(content).toString('utf8') : present(content, path))
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
  }
}

/**
 * The same for what is shown while actions may still change databases: the secrets are read when something is shown, and again
 * after a database has changed.
 */
export function freshRedact(places: Places, read = readDatabase): Redact {
  let redact: Redact | undefined
  let seen: number | undefined
  return (content, path) => {
    // Changing a database puts a new file into the folder.
    const changed = statOf(places.databases)?.mtimeMs
    if (redact === undefined || changed !== seen) redact = makeRedact(places, read)
    seen = changed
    return redact(content, path)
  }
}

function writtenText(places: Places, content: string | Uint8Array): string | undefined {
  const written = writtenFolder(places).read(sha256(content))
  return written && showMasked(written.toString('utf8'))
}
