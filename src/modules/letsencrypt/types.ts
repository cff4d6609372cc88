/** Which of the two authorities: the one for trying out, or the one whose certificates browsers accept. */
export type Mode = 'test' | 'production'

/** An ACME authority. */
export interface Authority {
  readonly mode: Mode
  /** Address of its directory (RFC 8555 §7.1.1): the property TestCA or ProductionCA. */
  readonly directory: string
  /** Name of its folders, made from the address: `acme-v02.api.letsencrypt.org`, `127.0.0.1_14000`. */
  readonly id: string
  /** File of further root certificates for the authority's own HTTPS (property CABundle), a real path. */
  readonly bundle: string | undefined
}

/** One certificate that is wanted: a line of domains.txt. */
export interface WantedCertificate {
  /** Its folder: the first name, or the alias behind `>` of the line. */
  readonly name: string
  /** All names in lower case, none twice. Wildcards only with dns-01. */
  readonly names: readonly string[]
}

/** A name to check before the authority is asked. */
export interface NameToCheck {
  readonly name: string
  /** The nearest record of the database `domains`, if there is one. */
  readonly domain: string | undefined
  /** The wanted certificate that it belongs to. */
  readonly certificate: string
}

/** The time, so that decisions can be tested at any moment. */
export interface Clock {
  now(): Date
}
