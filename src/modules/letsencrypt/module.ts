import {
  type Command,
  type Complete,
  flag,
  JSON_LINES_OPTION,
  JSON_OPTION,
  listed,
  value,
  withVerbs,
} from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

const AT_OPTION = value('at TIME', 'act as if it were this time (ISO 8601)')

const SKIP_OPTION = value('skip CHECK[,CHECK]...', 'checks to skip, comma-separated, or all', {
  complete: async args => listed(args, ['all', ...(await import('./preflight/check.ts')).CHECKS]),
})

const certificates: Complete = async (...typed) => (await import('./commands/complete.ts')).certificates(...typed)

/** The subcommands of `gabarit letsencrypt`. */
const VERBS: readonly Command[] = [
  {
    name: 'setup',
    console: 'change',
    summary: 'get certificates and put them into service: checks, test authority, production, services',
    options: [
      flag('dry-run', 'print the steps, do nothing'),
      flag('test', 'stop after the test authority, whose certificates are never served'),
      flag('drop-failing', 'exclude the names that fail the checks'),
      SKIP_OPTION,
      flag('force', 'ask even if the limits of the authority are reached'),
      flag('json', 'print the steps of --dry-run as JSON, with what is missing and which names are left out'),
      JSON_LINES_OPTION,
    ],
    examples: [
      ['gabarit letsencrypt setup --dry-run', 'see the steps'],
      ['gabarit letsencrypt setup', 'do them; repeat it to continue where it stopped'],
    ],
    run: async invocation => (await import('./commands/setup.ts')).run(invocation),
  },
  {
    name: 'renew',
    console: 'change',
    summary: 'renew due certificates, put new ones into service, warn before expiry (run by a timer)',
    options: [
      flag('force', 'renew now, due or not, even beyond the limits'),
      flag('wait', 'after a failure, wait for the next try, up to two hours'),
      AT_OPTION,
      JSON_LINES_OPTION,
    ],
    examples: [
      ['gabarit letsencrypt renew', 'what the timer does'],
      ['gabarit letsencrypt renew --force', 'get a new certificate now'],
    ],
    run: async invocation => (await import('./commands/renew.ts')).run(invocation),
  },
  {
    name: 'status',
    console: 'read',
    summary: 'show certificates, names, issuer, days left, next renewal; exit 1 if something needs attention',
    options: [AT_OPTION, JSON_OPTION],
    examples: [['gabarit letsencrypt status', 'for people; --json for programs']],
    run: async invocation => (await import('./commands/status.ts')).run(invocation),
  },
  {
    name: 'check',
    console: 'read',
    summary: 'check whether the authority would accept every name: DNS, CAA, port 80, clock; exit 1 if not',
    options: [SKIP_OPTION, flag('drop-failing', 'exclude the failing names: letsencryptSSLcert disabled'), JSON_OPTION],
    examples: [
      ['gabarit letsencrypt check', 'one line per name, then what is wrong and what to do'],
      ['gabarit letsencrypt check --skip fetch', 'behind a router without NAT loopback'],
      ['gabarit letsencrypt check --drop-failing', 'continue with the names that pass'],
    ],
    run: async invocation => (await import('./commands/check.ts')).run(invocation),
  },
  {
    name: 'list',
    console: 'read',
    summary: 'list all issued certificates, newest first',
    options: [JSON_OPTION],
    examples: [['gabarit letsencrypt list', 'with the ids for use and revoke']],
    run: async invocation => (await import('./commands/list.ts')).run(invocation),
  },
  {
    name: 'use',
    console: 'change',
    summary: 'serve an older certificate until shortly before it expires; "use latest" returns to the newest',
    usage: 'ID|previous|latest [CERTIFICATE]',
    examples: [
      ['gabarit letsencrypt use previous', 'swap back'],
      ['gabarit letsencrypt use latest', 'serve the newest one again, and newer ones once issued'],
    ],
    complete: async (args, places) => [
      ...(args.length > 1 ? [] : ['previous', 'latest']),
      ...(await certificates(args, places)),
    ],
    run: async invocation => (await import('./commands/use.ts')).run(invocation),
  },
  {
    name: 'off',
    summary: 'return to the self-signed certificate; nothing is deleted',
    examples: [['gabarit letsencrypt off', 'setup restores everything']],
    run: async invocation => (await import('./commands/off.ts')).run(invocation),
  },
  {
    name: 'revoke',
    summary: 'have a certificate revoked by its authority',
    usage: 'ID [CERTIFICATE]',
    options: [flag('force', 'even if it is in service')],
    examples: [['gabarit letsencrypt revoke 1795640000', 'list shows the ids']],
    complete: certificates,
    run: async invocation => (await import('./commands/revoke.ts')).run(invocation),
  },
  {
    name: 'hook',
    hidden: true,
    summary: 'import an issued certificate (called by the hook of dehydrated)',
    usage: 'deploy_cert DOMAIN KEY CERTIFICATE FULLCHAIN CHAIN TIME',
    arity: [6, 7],
    examples: [
      ['gabarit letsencrypt hook deploy_cert example.org /c/k.pem /c/c.pem /c/f.pem /c/ch.pem', 'as dehydrated'],
    ],
    run: async invocation => (await import('./commands/hook.ts')).run(invocation),
  },
  {
    name: 'limits',
    console: 'read',
    summary: 'show what the limits of each authority leave, and when more is allowed',
    options: [AT_OPTION, JSON_OPTION],
    examples: [['gabarit letsencrypt limits', 'before trying again']],
    run: async invocation => (await import('./commands/limits.ts')).run(invocation),
  },
]

export const MODULE: Module = {
  name: 'letsencrypt',
  commands: [withVerbs('letsencrypt', 'certificates for every name: get them, renew them, see their state', VERBS)],
  checks: [
    { id: 'acme-address', run: async patient => (await import('./doctor.ts')).acmeAddress(patient) },
    {
      id: 'certificate',
      inStatus: 'certificates',
      run: async patient => (await import('./doctor.ts')).certificates(patient),
    },
  ],
}
