import { type Command, JSON_OPTION, type Option } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'
import { withVerbs } from '../../terminal/with-verbs.ts'

const AT_OPTION: Option = { name: 'at', type: 'string', describe: 'decide as if it were this time (ISO 8601)' }

/** The verbs of `gabarit letsencrypt`. */
const VERBS: readonly Command[] = [
  {
    name: 'setup',
    summary: 'from the settings to official certificates that are served: checks, test, production, services',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'dry-run', type: 'boolean', describe: 'print the steps, do nothing' },
      { name: 'test', type: 'boolean', describe: 'end after the test authority; nothing of it is served' },
      { name: 'drop-failing', type: 'boolean', describe: 'leave out the names that fail the checks' },
      { name: 'skip', type: 'string', describe: 'checks to leave out, parted by commas, or all' },
      { name: 'force', type: 'boolean', describe: 'ask although the limits of the authority are reached' },
    ],
    examples: [
      ['gabarit letsencrypt setup --dry-run', 'see the steps'],
      ['gabarit letsencrypt setup', 'do them; the same again goes on where it stopped'],
    ],
    run: async invocation => (await import('./commands/setup.ts')).run(invocation),
  },
  {
    name: 'renew',
    summary: 'renew what is due, put into service what is not yet, warn of what expires (by timer)',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'force', type: 'boolean', describe: 'renew now, due or not, also beyond the limits' },
      { name: 'wait', type: 'boolean', describe: 'after a failure wait for the next try, up to two hours' },
      AT_OPTION,
    ],
    examples: [
      ['gabarit letsencrypt renew', 'as the timer does'],
      ['gabarit letsencrypt renew --force', 'a new certificate now'],
    ],
    run: async invocation => (await import('./commands/renew.ts')).run(invocation),
  },
  {
    name: 'status',
    summary: 'certificates, names, issuer, days left, next renewal; exit 1 when a person is needed',
    usage: '',
    arity: [0, 0],
    options: [AT_OPTION, JSON_OPTION],
    examples: [['gabarit letsencrypt status', 'for people; --json for programs']],
    run: async invocation => (await import('./commands/status.ts')).run(invocation),
  },
  {
    name: 'check',
    summary: 'would the authority accept every name? DNS, CAA, port 80, clock; exit 1 when not',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'skip', type: 'string', describe: 'checks to leave out, parted by commas, or all' },
      { name: 'drop-failing', type: 'boolean', describe: 'leave the failing names out: letsencryptSSLcert disabled' },
      JSON_OPTION,
    ],
    examples: [
      ['gabarit letsencrypt check', 'one line for each name, then what is wrong and what to do'],
      ['gabarit letsencrypt check --skip fetch', 'behind a router that does not lead back inside'],
      ['gabarit letsencrypt check --drop-failing', 'go on with the names that are right'],
    ],
    run: async invocation => (await import('./commands/check.ts')).run(invocation),
  },
  {
    name: 'list',
    summary: 'all certificates that were issued, the newest first',
    usage: '',
    arity: [0, 0],
    options: [JSON_OPTION],
    examples: [['gabarit letsencrypt list', 'with the ids for use and revoke']],
    run: async invocation => (await import('./commands/list.ts')).run(invocation),
  },
  {
    name: 'use',
    summary: 'serve an older certificate, until it nears its end; use latest goes back',
    usage: 'ID|previous|latest [CERTIFICATE]',
    arity: [1, 2],
    options: [],
    examples: [
      ['gabarit letsencrypt use previous', 'swap back'],
      ['gabarit letsencrypt use latest', 'the newest again, and newer ones as they come'],
    ],
    run: async invocation => (await import('./commands/use.ts')).run(invocation),
  },
  {
    name: 'off',
    summary: 'back to the self-signed certificate; nothing is deleted',
    usage: '',
    arity: [0, 0],
    options: [],
    examples: [['gabarit letsencrypt off', 'setup brings everything back']],
    run: async invocation => (await import('./commands/off.ts')).run(invocation),
  },
  {
    name: 'revoke',
    summary: 'have a certificate withdrawn by its authority',
    usage: 'ID [CERTIFICATE]',
    arity: [1, 2],
    options: [{ name: 'force', type: 'boolean', describe: 'also one that is in service' }],
    examples: [['gabarit letsencrypt revoke 1795640000', 'the id is in the list']],
    run: async invocation => (await import('./commands/revoke.ts')).run(invocation),
  },
  {
    name: 'hook',
    summary: 'take over a certificate that came (called by the hook of dehydrated)',
    usage: 'deploy_cert DOMAIN KEY CERTIFICATE FULLCHAIN CHAIN TIME',
    arity: [6, 7],
    options: [],
    examples: [
      ['gabarit letsencrypt hook deploy_cert example.org /c/k.pem /c/c.pem /c/f.pem /c/ch.pem', 'as dehydrated'],
    ],
    run: async invocation => (await import('./commands/hook.ts')).run(invocation),
  },
  {
    name: 'limits',
    summary: 'what the limits of each authority leave, and from when on more is allowed',
    usage: '',
    arity: [0, 0],
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
