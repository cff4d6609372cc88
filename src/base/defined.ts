/** An object whose parts that may be undefined are optional instead. */
type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>
}

/** The parts that are not undefined, in their order. */
export function defined<T extends object>(parts: T): Defined<T> {
  const kept: Record<string, unknown> = {}
  for (const name in parts) if (parts[name] !== undefined) kept[name] = parts[name]
  // Exactly the parts whose value is undefined are gone.
  return kept as Defined<T>
}
