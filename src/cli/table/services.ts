import type { Command } from '../command.ts'
import { VERBS as LETSENCRYPT } from '../letsencrypt/verbs.ts'
import { VERBS as PROXY } from '../proxy/verbs.ts'
import { VERBS as VPN } from '../vpn/verbs.ts'
import { withVerbs } from '../with-verbs.ts'

/** Commands of single services, for what their daemons and authorities must be asked. */
export const SERVICES: readonly Command[] = [
  withVerbs('letsencrypt', 'certificates for every name: get them, keep them alive, see how they are', LETSENCRYPT),
  withVerbs('vpn', 'the VPN: who is connected, profiles, throwing a client out, what ends when', VPN),
  withVerbs('proxy', 'the reverse proxy: does every public name answer as it should?', PROXY),
]
