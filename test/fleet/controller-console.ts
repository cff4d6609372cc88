import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { formToken } from '../../src/base/token.ts'
import { Client } from '../../src/console/client.ts'
import { consoleApp } from '../../src/console/web/app.ts'
import { ADDRESS, codeOf, PASSWORD } from '../console/console-server.ts'
import { formOn } from '../console/forms.ts'
import { BASE } from '../console/web-console.ts'
import type { Daemons } from '../support/daemons.ts'
import { BIN } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const SOCKET = '/run/gabarit-helper.sock'
const HOST = 'gate.example.org'

/** The console of the machine itself: the real helper, and the pages in this process. */
export class ControllerConsole {
  readonly #client = new Client(SOCKET)
  readonly #app = consoleApp(this.#client)
  #session = ''
  #secret = ''
  #codes = 0

  /** Starts the helper, and lets somebody in. @param must runs a command line there */
  async start(daemons: Daemons, must: (line: string) => string): Promise<void> {
    const helper = [join(BIN, 'gabarit'), 'web', 'helper', '--socket', SOCKET, '--stay']
    await daemons.start('helper', helper, () => existsSync(SOCKET), { GABARIT_ROOT: '' })
    const token = /\/welcome\/(\S+)/.exec(must('gabarit web login-link alice'))?.[1] ?? ''
    const invited = await this.#client.ask({ ask: 'invited', address: ADDRESS, token })
    assert.is(invited.kind, 'invited')
    if (invited.kind === 'invited') this.#secret = invited.secret
    const more = { password: PASSWORD, code: codeOf(this.#secret) }
    const accepted = await this.#client.ask({ ask: 'accept', address: ADDRESS, token, ...more })
    assert.is(accepted.kind, 'session')
    if (accepted.kind === 'session') this.#session = accepted.session
  }

  /** Loads a page. @returns its text */
  async get(path: string, status = 200): Promise<string> {
    const answer = await this.#app.request(`${BASE}${path}`, { headers: this.#headers() })
    const text = await answer.text()
    assert.is(answer.status, status, text)
    return text
  }

  /** The page that shows what a subcommand would do. */
  plan(...words: string[]): Promise<string> {
    return this.get(`/fleet/plan?words=${encodeURIComponent(JSON.stringify(['gabarit', 'fleet', ...words]))}`)
  }

  /** Presses the button of a plan, and confirms it if asked to. @returns the page of the run at its end */
  async carryOut(page: string): Promise<string> {
    let answer = await this.#send(formOn({ status: 200, headers: {}, text: page }, '/run'))
    if (answer.status === 403) {
      const asked = formOn({ status: 403, headers: {}, text: await answer.text() }, '/run')
      answer = await this.#send({ ...asked, password: PASSWORD, code: codeOf(this.#secret, 30 * this.#codes++) })
    }
    assert.is(answer.status, 303, answer.status === 303 ? '' : await answer.text())
    const run = String(answer.headers.get('location')).slice(BASE.length)
    // A busy machine takes its time.
    const ended = async () => {
      const text = await this.get(run)
      return text.includes('data-run=') ? undefined : text
    }
    return waitFor('the end of the run', ended, 300)
  }

  #send(fields: Record<string, string>) {
    const body = new URLSearchParams({ ...fields, token: formToken(this.#session) })
    const headers = { ...this.#headers(), origin: `https://${HOST}` }
    return this.#app.request(`${BASE}/run`, { method: 'POST', headers, body })
  }

  #headers() {
    return { host: HOST, cookie: `__Secure-gabarit=${this.#session}`, 'x-forwarded-for': ADDRESS }
  }
}
