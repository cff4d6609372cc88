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

/** The elements of a value. @param list what separates them; absent: the value is the only one */
export function elementsOf(value: string, list: string | undefined): string[] {
  return list === undefined ? [value] : value.split(list === ' ' ? /\s+/ : list).map(element => element.trim())
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
  /** Its value is a file or folder that a backup has. */
  readonly backup?: boolean
  readonly effective?: EffectiveProperty
}

/** Where the answer of a probe has what a property sets. */
export interface EffectiveProperty {
  readonly key: string
  /** The probe that knows; default: the first one that does not compare by itself. */
  readonly probe?: string
  /** What the daemon calls a value: `{"prohibit-password": "without-password"}`. */
  readonly same?: Readonly<Record<string, string>>
  /** The daemon may have more values than the property; default: exactly these. */
  readonly among?: boolean
  readonly ignoreCase?: boolean
}

/** A command that asks a daemon or the kernel what is in effect. See docs/reference/effective-state.md. */
export interface ProbeDescription {
  /** Before the files are in place; after the service was adjusted; or for what the next start of the machine will bring. */
  readonly when: 'before' | 'after' | 'boot'
  readonly ask: readonly string[]
  readonly answer: 'words' | 'equals' | 'json' | 'value' | 'differences'
  /** A command that prints which file or rule decides. */
  readonly winner?: readonly string[]
  /** A difference does not refuse the event or make it fail. */
  readonly warns?: boolean
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
  /** By name. */
  readonly probes?: Readonly<Record<string, ProbeDescription>>
  /** For a service that could lock out the administrator who adjusts it from a remote shell: how long to wait for a confirmation. */
  readonly confirmWithin?: string
  /** Files and folders that belong to the record and that no template makes, such as keys: a backup has them. */
  readonly backup?: readonly string[]
  /** Services without which the record, or a property of it, has no effect. */
  readonly needs?: readonly Need[]
}

/** A service that must be enabled. */
export interface Need {
  /** Its key in `configuration`; `{PROPERTY}` is the value of that property. */
  readonly service: string
  /** Only while this property is on. */
  readonly property?: string
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
