import { benchBackup } from './backup.ts'
import { benchConsole } from './console.ts'
import { benchDatabases } from './databases.ts'
import { benchEvents } from './events.ts'
import { benchExpansion } from './expansion.ts'
import { benchProxies } from './proxies.ts'
import { benchSso } from './sso.ts'
import { benchVpn } from './vpn.ts'

const PARTS: Readonly<Record<string, () => void | Promise<void>>> = {
  databases: benchDatabases,
  expansion: benchExpansion,
  events: benchEvents,
  vpn: benchVpn,
  proxies: benchProxies,
  backup: benchBackup,
  console: benchConsole,
  sso: benchSso,
}

// `npm run bench`: whole processes against a bare Node in the same run, medians of pairs. With names, only these parts. See
// docs/performance.md.
const names = process.argv.slice(2)
const unknown = names.filter(name => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(' ')}; there are ${Object.keys(PARTS).join(' ')}`)
for (const [name, bench] of Object.entries(PARTS)) if (names.length === 0 || names.includes(name)) await bench()
