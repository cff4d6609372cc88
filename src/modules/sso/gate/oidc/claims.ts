import { isObject } from '../../../../base/is-object.ts'

/** Claims by their names as texts; those within others by a path: `realm_access.roles`. What is no text or number is left out. */
export function readClaims(claims: Readonly<Record<string, unknown>>, before = ''): Map<string, readonly string[]> {
  return new Map(
    Object.entries(claims).flatMap(([name, value]): [string, readonly string[]][] => {
      if (isObject(value)) return [...readClaims(value, `${before}${name}.`)]
      const texts = [value].flat().filter(one => ['string', 'number'].includes(typeof one))
      return [[before + name, texts.map(String)]]
    }),
  )
}
