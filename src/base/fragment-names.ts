import { compareBytes } from './byte-order.ts'

const BACKUP = /(~|\.swp|\.orig|\.rpmsave|\.rpmnew|\.rpmorig|\.dpkg-(old|new|dist|tmp))$/

/** A file that an editor or a package left behind. It is no part of anything. */
export function isBackup(name: string): boolean {
  return BACKUP.test(name)
}

/** The order of fragments, and of migrations: `template-begin`, then byte order of the names, then `template-end`. */
export function compareFragments(a: string, b: string): number {
  return rank(a) - rank(b) || compareBytes(a, b)
}

function rank(name: string): number {
  return name === 'template-begin' ? 0 : name === 'template-end' ? 2 : 1
}
