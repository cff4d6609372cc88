import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Environment of commands that work on `/` itself, in a private namespace, without a service manager. */
export const ON_ROOT = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none' }

/** Writes a file with its folders. */
export function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
}

/** Writes a template of the site. */
export function template(path: string, text: string, metadata: object = {}): void {
  write(`/etc/gabarit/templates${path}`, text)
  write(`/etc/gabarit/templates${path}.template.json`, JSON.stringify(metadata))
}
