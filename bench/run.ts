import { benchBackup } from './backup.ts'
import { benchConsole } from './console.ts'
import { benchDatabases } from './databases.ts'
import { benchEvents } from './events.ts'
import { benchExpansion } from './expansion.ts'
import { benchProxies } from './proxies.ts'
import { benchSso } from './sso.ts'
import { benchVpn } from './vpn.ts'

// `npm run bench`: whole processes against a bare Node in the same run, medians of pairs. See docs/performance.md.
benchDatabases()
benchExpansion()
benchEvents()
benchVpn()
benchProxies()
benchBackup()
await benchConsole()
await benchSso()
