import type { Invocation } from './command.ts'

/** The same command, which says none of these secrets: those that a change brings are in no database yet. */
export function hiding(secrets: readonly string[], invocation: Invocation): Invocation {
  const hide = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
  return {
    ...invocation,
    asDryRun: () => hiding(secrets, invocation.asDryRun()),
    print: text => invocation.print(hide(text)),
    printError: text => invocation.printError(hide(text)),
    warn: text => invocation.warn(hide(text)),
    log: (level, text) => invocation.log(level, hide(text)),
  }
}
