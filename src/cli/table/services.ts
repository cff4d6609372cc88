import { VERBS as LETSENCRYPT } from '../../modules/letsencrypt/commands/verbs.ts'
import { VERBS as VPN } from '../../modules/openvpn/commands/verbs.ts'
import { VERBS as PROXY } from '../../modules/proxy/commands/verbs.ts'
import type { Command } from '../../terminal/command.ts'
import { withVerbs } from '../../terminal/with-verbs.ts'

/** Commands for single services, which talk to daemons and authorities. */
export const SERVICES: readonly Command[] = [
  withVerbs('letsencrypt', 'certificates for every name: get them, renew them, see their state', LETSENCRYPT),
  withVerbs('vpn', 'the VPN: connected clients, profiles, disconnecting clients, expiry dates', VPN),
  withVerbs('proxy', 'the reverse proxy: check that every public name answers', PROXY),
]
