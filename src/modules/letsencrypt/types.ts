/** Which of the two authorities: the one for testing, or the one whose certificates browsers accept. */
export type Mode = 'test' | 'production'

/** An ACME authority. */
export interface Authority {
  readonly mode: Mode
  /** URL of its directory (RFC 8555 §7.1.1): the property TestCA or ProductionCA. */
  readonly directory: string
  /** Name of its folders, derived from the URL: `acme-v02.api.letsencrypt.org`, `127.0.0.1_14000`. */
  readonly id: string
  /** File with additional root certificates for the authority's own HTTPS (property CABundle), a real path. */
  readonly bundle: string | undefined
}

/** One certificate that is wanted: a line of domains.txt. */
export interface WantedCertificate {
  /** Its folder: the first name, or the alias after `>` in the line. */
  readonly name: string
  /** All names in lower case, without duplicates. Wildcards only with dns-01. */
  readonly names: readonly string[]
}

/** A name to check before a certificate is requested. */
export interface NameToCheck {
  readonly name: string
  /** The nearest record in the database `domains`, if any. */
  readonly domain: string | undefined
  /** The wanted certificate that it belongs to. */
  readonly certificate: string
}

/** The current time, replaceable in tests. */
export interface Clock {
  now(): Date
}
