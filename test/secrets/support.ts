import { cpSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeServer } from '../support/change-server.ts'
import { Sandbox } from '../support/sandbox.ts'

export const STATE = '/var/lib/gabarit'
export const IDENTITY = `${STATE}/secrets/identity.txt`
export const DATABASE = `${STATE}/db/configuration.json`

/** The files and links below gabarit's own folder in which a text is: databases, their copies, notes, history. */
export function stateWith(box: Sandbox, text: string): string[] {
  const hex = Buffer.from(text).toString('hex')
  const forms = [text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64').slice(0, -4), hex]
  return readdirSync(box.path(STATE), { recursive: true, encoding: 'utf8' })
    .map(name => join(box.path(STATE), name))
    .filter(path => lstatSync(path).isFile())
    .filter(path => forms.some(form => readFileSync(path).includes(form)))
}

let prototype: Sandbox | undefined

/** A server with a history in which there are secrets, and one that becomes one only later: the token of the record note. */
export function serverWithSecrets(): Sandbox {
  prototype ??= prepared()
  const box = new Sandbox()
  cpSync(prototype.root, box.root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  return box
}

function prepared(): Sandbox {
  const box = changeServer()
  box.must('config setprop note token early-token-1')
  box.write('/etc/gabarit/templates/etc/note', 'text <%= config.note?.text %>\ntoken <%= config.note?.token ?? "" %>\n')
  box.must('signal-event change')
  box.must(['config', 'setprop', 'vault', 'Password', AWKWARD])
  box.must('config setprop note token early-token-2')
  box.must('signal-event change')
  return box
}

export const AWKWARD = 'it\'s "quoted" \\ & $odd'

/** Makes the token a secret, as a module would that is installed. */
export function describeToken(box: Sandbox): void {
  box.write('/etc/gabarit/db/configuration/note.json', JSON.stringify({ properties: { token: { secret: true } } }))
}
