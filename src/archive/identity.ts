/** A private key, and the public one for which archives are encrypted. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…` */
  readonly secret: string
  /** `age1…` */
  readonly recipient: string
}

/** A new pair of keys. */
export async function newIdentity(): Promise<Identity> {
  const { generateX25519Identity, identityToRecipient } = await import('./age.apart.ts')
  const secret = await generateX25519Identity()
  return { secret, recipient: await identityToRecipient(secret) }
}

/** A file of one, as age-keygen writes it. */
export function identityFile({ secret, recipient }: Identity): string {
  return `# public key: ${recipient}\n${secret}\n`
}

/** The private keys in a file that age-keygen wrote. */
export function identitiesIn(text: string): string[] {
  return text.split('\n').flatMap(line => (/^AGE-SECRET-KEY-1[A-Z0-9]+$/.test(line.trim()) ? [line.trim()] : []))
}

/** The public key that a file of age-keygen names; undefined if it names none. */
export function recipientIn(text: string): string | undefined {
  return /^# public key: (age1\S+)$/m.exec(text)?.[1]
}
