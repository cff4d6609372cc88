import { type Command, flag, JSON_OPTION, withVerbs } from '../../terminal/command.ts'

const DRY_RUN = flag('dry-run', 'print what would change, change nothing')

/** `gabarit secrets`. */
export const SECRETS_COMMAND: Command = withVerbs('secrets', 'how databases store passwords and other secrets', [
  {
    name: 'status',
    console: 'read',
    onlyLooks: true,
    summary: 'show whether secrets are encrypted, and which cannot be opened',
    options: [JSON_OPTION],
    examples: [['gabarit secrets status', 'exit 1 if one is not stored as it should be']],
    run: async invocation => (await import('../secrets/status.ts')).run(invocation),
  },
  {
    name: 'encrypt',
    summary: 'store all secrets encrypted for this machine from now on',
    options: [
      flag('systemd-creds', 'let systemd-creds encrypt the identity that opens them'),
      flag('new-identity', 'the identity is lost: make another, and set the secrets again'),
      DRY_RUN,
      JSON_OPTION,
    ],
    examples: [
      ['gabarit secrets encrypt', 'databases, their last good copies, the history'],
      ['gabarit secrets encrypt --systemd-creds', 'the identity is of no use on another disk'],
    ],
    run: async invocation => (await import('../secrets/encrypt.ts')).run(invocation),
  },
  {
    name: 'decrypt',
    summary: 'store all secrets in clear again',
    options: [DRY_RUN, JSON_OPTION],
    examples: [['gabarit secrets decrypt', 'and remove the identity']],
    run: async invocation => (await import('../secrets/decrypt.ts')).run(invocation),
  },
])
