import { Machine } from '../../test/fleet/machine.ts'
import { waitFor } from '../../test/support/wait.ts'

/** /run is empty at first. */
const APACHE = '#!/bin/sh\nmkdir -p /run/apache2\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n'
const AGENT = '#!/bin/sh\nexec gabarit fleet agent >> /var/log/agent.log 2>&1\n'
const UNIT = '/run/service/gabarit-fleet'

/** One host with a web server, and an agent that is started again whenever it ends. */
export class BenchHost extends Machine {
  async begin(): Promise<void> {
    await this.start()
    this.service('apache2', APACHE, true)
    this.service('gabarit-fleet', AGENT)
    await waitFor(`Apache on ${this.name}`, () => this.run('curl -s -o /dev/null http://127.0.0.1/').status === 0)
  }

  join(token: string): void {
    this.must('gabarit fleet join', token)
    this.must(`s6-svc -u ${UNIT}`)
  }

  /** Kills the agent, or a process that takes a release. @returns whether there was one */
  kill(what: 'agent' | 'take'): boolean {
    if (what === 'agent') return this.run(`s6-svc -k ${UNIT}`).status === 0
    return this.killChange()
  }

  /** What the release says, and what the web server makes of it: all the same, or the host is between two releases. */
  get seen(): readonly string[] {
    const served = this.run('curl -s --max-time 30 http://127.0.0.1/nothing').stdout
    return [this.run('config getprop note Text').stdout.trim(), this.read('/etc/fleet-note').trim(), served.trim()]
  }

  /** Memory of its agent that no other process shares, in MiB. */
  get memory(): number {
    const pid = this.must(`s6-svstat -o pid ${UNIT}`).trim()
    const sizes = this.must(`grep Private /proc/${pid}/smaps_rollup`).matchAll(/(\d+) kB/g)
    return [...sizes].reduce((sum, [, size]) => sum + Number(size), 0) / 1024
  }
}
