import type { Records } from './record.ts'

/** A text in each language we have. */
export interface Texts {
  readonly en?: string
  readonly fr?: string
}

/** A default detected on this machine; the first that matches wins over `default`. */
export type Detection = { readonly exists: string; readonly value: string } | { readonly fact: 'hostname' | 'domain' }

/** The value must be the key of a record of another database. */
export interface Reference {
  readonly database: string
  readonly type?: string
  /** Other values that are allowed. */
  readonly or?: readonly string[]
}

/** The values that a reference allows. @param records those of its database */
export function allowedBy({ type, or = [] }: Reference, records: Records): string[] {
  const fitting = [...records.values()].filter(record => type === undefined || record.type === type)
  return [...or, ...fitting.map(({ key }) => key)]
}

/** What is known about a property; a value is always text. See docs/reference/databases.md. */
export interface PropertyDescription {
  readonly description?: Texts
  readonly default?: string
  readonly forced?: string
  readonly detect?: readonly Detection[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  /** What matches `pattern`, for people: `http://HOST:PORT`. */
  readonly form?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly list?: string
  readonly reference?: Reference
  readonly secret?: boolean
  readonly unit?: string
  readonly empty?: boolean
  readonly replaces?: readonly string[]
}

/** A condition on several properties of a record. */
export type Rule =
  | { readonly allOrNone: readonly string[] }
  | {
      readonly dependsOn: {
        readonly property: string
        readonly values?: readonly string[]
        readonly requires: readonly string[]
      }
    }
  | { readonly unique: string | readonly string[] }

/** The properties whose values, taken together, must be unique to one record. */
export function uniqueNames({ unique }: { readonly unique: string | readonly string[] }): readonly string[] {
  return typeof unique === 'string' ? [unique] : unique
}

/** How to tell whether a service is healthy after it was adjusted. */
export interface HealthDescription {
  /** Properties that hold TCP ports on which it must answer. */
  readonly tcp?: readonly string[]
  /** A command that succeeds when it is healthy. */
  readonly command?: readonly string[]
}

/** What is known about a record, or about all records of a type. */
export interface RecordDescription {
  readonly type?: string
  readonly description?: Texts
  /** Constraints on the key of a new record. */
  readonly key?: PropertyDescription
  /** The value of a scalar record (its type). */
  readonly scalar?: PropertyDescription
  readonly properties: ReadonlyMap<string, PropertyDescription>
  readonly rules: readonly Rule[]
  readonly health?: HealthDescription
  /** For a service that could lock out the administrator who adjusts it from a remote shell: how long to wait for a confirmation. */
  readonly confirmWithin?: string
}

/** Everything that describes one database. */
export interface DatabaseDescription {
  readonly name: string
  /** By key: these records are created at initialisation. In byte order. */
  readonly records: ReadonlyMap<string, RecordDescription>
  /** By type: for every record of that type. In byte order. */
  readonly types: ReadonlyMap<string, RecordDescription>
  /** By key prefix: for every record whose key begins with it. In byte order. */
  readonly families: ReadonlyMap<string, RecordDescription>
}

/** One file before the merge, where it matters whether it has its own rules. */
export type DescriptionFile = Omit<RecordDescription, 'rules'> & { readonly rules?: readonly Rule[] }
