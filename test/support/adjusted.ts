/** The adjustments that `signal-event` says it made, or would have made without a service manager: `SERVICE: WHAT`. */
export function adjusted(stdout: string): string[] {
  const found = stdout.matchAll(/^(?:adjusted (\S+):|(\S+): would) (\S+)/gm)
  return [...found].map(([, service, other, what]) => `${service ?? other}: ${what}`)
}
