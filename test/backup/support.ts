import { join } from 'node:path'
import { suite } from 'uvu'
import { needsCommands } from '../support/packages.ts'
import { must, Sandbox } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

/** A small server below a root of its own, whose backups open with `identity`. */
export class SavedServer extends Sandbox {
  /** Outside the server: the key that its administrator keeps elsewhere. */
  readonly safe = new Sandbox()
  readonly identity = join(this.safe.root, 'backup-key.txt')
  readonly archive = join(this.safe.root, 'gate.tar.age')

  /** Before anything else is done with it. */
  setUp(): this {
    prepare(this)
    must(['age-keygen', '-o', this.identity])
    this.must('config set DomainName example.org')
    this.must('config set SystemName gate')
    this.must('signal-event post-install')
    const recipient = must(['age-keygen', '-y', this.identity]).trim()
    this.must(`config set backup service Recipients ${recipient}`)
    return this
  }

  /** Writes the archive anew. */
  save(): void {
    this.must(['gabarit', 'backup', this.archive, '--force'])
  }

  override remove(): void {
    this.safe.remove()
    super.remove()
  }
}

/** Steps on a server that is set up before the first of them, and removed after the last. */
export function onSavedServer(name: string) {
  const reason = needsCommands('age', 'age-keygen')
  const tests = suite(name)
  const server = new SavedServer()
  if (reason === undefined) tests.before(() => void server.setUp())
  tests.after(() => server.remove())
  return { tests, step: stepsOf(tests, reason), server }
}

/** A machine on which nothing is set up yet. */
export function emptyMachine(): Sandbox {
  const box = new Sandbox()
  prepare(box)
  return box
}

function prepare(box: Sandbox): void {
  box.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n')
  box.write('/etc/group', 'root:x:0:\nwww-data:x:33:\n')
}
