import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeRoot, run, write } from './corpus.ts'
import { compare } from './measure.ts'
import { BIN, NODE, program, RUNS, report } from './report.ts'

const CLIENTS = 2000
const CONNECTED = 200

/** A VPN with many clients: who is connected, and one of them changed. */
export function benchVpn(): void {
  const root = makeRoot()
  const names = Array.from({ length: CLIENTS }, (_, index) => `c${String(index).padStart(5, '0')}`)
  const fixed = (index: number) => `10.8.${16 + Math.floor(index / 200)}.${1 + (index % 200)}`
  run(root, 'config', ['setprop', 'openvpn', 'status', 'enabled', 'network', '10.8.0.0/16', 'routes', '10.1.0.0/16'])
  const records = names.map((name, index) => `set ${name} client Address ${fixed(index)} Remark ${name}`)
  run(root, 'db', ['vpn', 'batch'], records.join('\n'))
  benchUpdate(root)
  benchClients(root, names)
  rmSync(root, { recursive: true })
}

function benchUpdate(root: string): void {
  const what = `openvpn-update, ${CLIENTS} clients, one changed: files written`
  if (!existsSync('/usr/share/easy-rsa')) {
    report(what, 'not measured: easy-rsa is not installed', '1')
    return
  }
  run(root, 'signal-event', ['openvpn-update'])
  run(root, 'db', ['vpn', 'setprop', 'c00042', 'Address', '10.8.200.1'])
  const env = { ...process.env, GABARIT_ROOT: root }
  const started = process.hrtime.bigint()
  const { stdout } = spawnSync(join(BIN, 'signal-event'), ['openvpn-update', '--json'], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  report(what, `${JSON.parse(stdout).files.length} (in ${seconds.toFixed(2)} s)`, '1')
}

function benchClients(root: string, names: readonly string[]): void {
  const folder = join(root, 'run/openvpn-server')
  mkdirSync(folder, { recursive: true })
  const index = names.map(
    (name, at) => `V\t290227214517Z\t\t${(at + 1).toString(16).padStart(32, '0')}\tunknown\t/CN=${name}`,
  )
  write(root, 'etc/openvpn/easy-rsa/pki/index.txt', `${index.join('\n')}\n`)
  const socket = join(folder, 'openvpn.sock')
  const server = spawn(process.execPath, [join(import.meta.dirname, 'management.cjs'), socket, String(CONNECTED)])
  spawnSync('sh', ['-c', 'until [ -S "$1" ]; do sleep 0.02; done', 'sh', socket], { timeout: 10_000 })
  const asked = compare(program(root, 'gabarit', ['vpn', 'clients']), NODE, RUNS)
  server.kill()
  report(
    `gabarit vpn clients, ${CLIENTS} records, ${CONNECTED} connected, over node -e 0`,
    `${(asked.a - asked.b).toFixed(3)} s`,
    'at most 0.5 s',
  )
}
