/**
 * What became of a thing of an old server: taken as it is; converted; Perl that runs here; closed, because it would be open
 * to more than there; or not supported, so that somebody has to do something.
 */
export type Fate = 'taken' | 'converted' | 'perl' | 'closed' | 'unsupported'

/** What became of one record. */
export interface Remark {
  readonly fate: Fate
  /** The database there. */
  readonly database: string
  readonly key: string
  readonly how: string
}

/** Tells what became of a record. @param key default: the record at hand */
export type Say = (fate: Fate, how: string, key?: string) => void
