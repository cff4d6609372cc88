import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Runs a function while a temporary folder contains these texts as files, by their paths in it. Nobody else can read them. */
export function withTemporaryFiles<Result>(
  texts: ReadonlyMap<string, string>,
  run: (folder: string) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-'))
  try {
    for (const [path, text] of texts) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { mode: 0o600 })
    }
    return run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
