import { VERBS as LETSENCRYPT } from '../../modules/letsencrypt/commands/verbs.ts'
import { VERBS as VPN } from '../../modules/openvpn/commands/verbs.ts'
import { VERBS as PROXY } from '../../modules/proxy/commands/verbs.ts'
import type { Command } from '../../terminal/command.ts'
import { withVerbs } from '../../terminal/with-verbs.ts'

/** Commands of single services, for what their daemons and authorities must be asked. */
export const SERVICES: readonly Command[] = [
  withVerbs('letsencrypt', 'certificates for every name: get them, keep them alive, see how they are', LETSENCRYPT),
  withVerbs('vpn', 'the VPN: who is connected, profiles, throwing a client out, what ends when', VPN),
  withVerbs('proxy', 'the reverse proxy: does every public name answer as it should?', PROXY),
]
