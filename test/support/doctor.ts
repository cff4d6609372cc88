import * as assert from 'uvu/assert'
import { Sandbox } from './sandbox.ts'

/** A finding, as `gabarit doctor --json` prints it. */
interface Finding {
  readonly id: string
  readonly level: string
  readonly message: string
  readonly command: string | null
  readonly ignored: object | null
}

/** What the doctor finds wrong, and the exit status. */
export function wrong(box: Sandbox): { status: number; found: Finding[] } {
  const { status, stdout, stderr } = box.run('gabarit doctor --json')
  assert.is(stderr, '')
  return { status, found: JSON.parse(stdout).filter(({ level }: Finding) => level !== 'ok') }
}

/** A server of which the doctor finds nothing wrong. */
export function healthy(): Sandbox {
  const box = new Sandbox()
  box.must('config set letsencrypt service status disabled')
  return box
}
