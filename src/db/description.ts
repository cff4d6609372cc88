/** A text in the languages we have. */
export interface Texts {
  readonly en?: string
  readonly fr?: string
}

/** A default found on this machine; the first that holds wins over `default`. */
export type Detection = { readonly exists: string; readonly value: string } | { readonly fact: 'hostname' | 'domain' }

/** The value must be the key of a record of another database. */
export interface Reference {
  readonly database: string
  readonly type?: string
  /** Further words that are fine. */
  readonly or?: readonly string[]
}

/** What is known of a property, see docs/ARCHITECTURE.md. A value is always text. */
export interface PropertyDescription {
  readonly description?: Texts
  readonly default?: string
  readonly forced?: string
  readonly detect?: readonly Detection[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  /** What fits `pattern`, for people: `http://HOST:PORT`. */
  readonly form?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly list?: string
  readonly reference?: Reference
  readonly secret?: boolean
  readonly unit?: string
  readonly empty?: boolean
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

/** The properties whose values together belong to one record only. */
export function uniqueNames({ unique }: { readonly unique: string | readonly string[] }): readonly string[] {
  return typeof unique === 'string' ? [unique] : unique
}

/** How to tell whether a service is well after it was adjusted. */
export interface HealthDescription {
  /** Properties that hold TCP ports on which it must answer. */
  readonly tcp?: readonly string[]
  /** A command that succeeds when it is well. */
  readonly command?: readonly string[]
}

/** What is known of a record, or of all records of a type. */
export interface RecordDescription {
  readonly type?: string
  readonly description?: Texts
  /** What the key of a new record must be. */
  readonly key?: PropertyDescription
  /** The value of a scalar record (its type). */
  readonly scalar?: PropertyDescription
  readonly properties: ReadonlyMap<string, PropertyDescription>
  readonly rules: readonly Rule[]
  readonly health?: HealthDescription
  /** A service that can shut out whoever adjusts it from a remote shell: how long that waits for a confirmation. */
  readonly confirmWithin?: string
}

/** Everything that describes one database. */
export interface DatabaseDescription {
  readonly name: string
  /** By key: these records are made at initialisation. In byte order. */
  readonly records: ReadonlyMap<string, RecordDescription>
  /** By type: for every record of that type. In byte order. */
  readonly types: ReadonlyMap<string, RecordDescription>
  /** By the beginning of a key: for every record whose key begins so. In byte order. */
  readonly families: ReadonlyMap<string, RecordDescription>
}

/** One file, before it is merged: whether it has rules of its own matters. */
export type DescriptionFile = Omit<RecordDescription, 'rules'> & { readonly rules?: readonly Rule[] }
