import { spawn } from 'node:child_process'
import { BIN, type Outcome, type Sandbox } from './sandbox.ts'

/**
 * Runs a command at a terminal of its own (script(1)), and gives the next answer each time it asks.
 * @param question what a question ends with
 */
export function converse(
  box: Pick<Sandbox, 'root'>,
  command: string,
  answers: readonly (() => string)[],
  question = /\[y\/N\] /g,
): Promise<Outcome> {
  const env = {
    ...process.env,
    PATH: `${BIN}:${process.env.PATH}`,
    GABARIT_ROOT: box.root,
    GABARIT_SERVICE_MANAGER: 'none',
  }
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env, cwd: box.root })
  const waiting = [...answers]
  let stdout = ''
  let asked = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    const questions = stdout.match(question)?.length ?? 0
    for (; asked < questions; asked++) child.stdin.write(waiting.shift()?.() ?? '')
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status: status ?? 128, stdout, stderr: '' }))
  })
}
