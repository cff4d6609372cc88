import { join } from 'node:path'
import { Failure } from '../base/failure.ts'
import { OldTree } from './old-tree.ts'

/** An old server, or a package for one, below a folder. */
export interface OldServer {
  readonly tree: OldTree
  readonly system: System
  /** Where its databases are, there; undefined: it has none. */
  readonly databases: string | undefined
  /** Undefined: somebody has unpacked it. */
  readonly archive?: Packed | undefined
  /** The folder of a package's sources; undefined for anything else. */
  readonly sources?: OldTree | undefined
}

/** The archive that it was unpacked from. */
export interface Packed {
  readonly file: string
  /** What stands before paths in it: `./` or nothing. */
  readonly prefix: string
}

/** A kind of old server. */
export interface System {
  readonly name: string
  /** Where its databases are. */
  readonly databases: string
  /** Whether it is a whole server, whose templates are mostly those of the system itself. */
  readonly isWhole: boolean
}

const SYSTEMS: readonly System[] = [
  { name: 'SME Server', databases: '/home/e-smith/db', isWhole: true },
  { name: 'NethServer', databases: '/var/lib/nethserver/db', isWhole: true },
]

const PACKAGE: System = { name: 'package', databases: '', isWhole: false }

/** The settings of all of them. */
export const E_SMITH = '/etc/e-smith'

/** The system whose databases are below a folder, if any: `SME Server`. */
export function oldSystemBelow(folder: string): string | undefined {
  return systemIn(new OldTree(folder))?.name
}

function systemIn(tree: OldTree): System | undefined {
  return SYSTEMS.find(({ databases }) => tree.kind(join(databases, 'configuration')) === 'file')
}

/**
 * Finds out what is below a folder.
 * @param archive where it was unpacked from
 * @throws Failure if it is neither an old server nor a package
 */
export function oldServer(folder: string, archive?: Packed): OldServer {
  // The sources of a package have its files in a folder of their own.
  const trees = [folder, join(folder, 'root')].map(root => new OldTree(root))
  const [whole] = trees
  for (const tree of trees) {
    const system = systemIn(tree)
    if (system !== undefined) return { tree, system, databases: system.databases, archive }
  }
  const tree = trees.find(one => one.kind(E_SMITH) === 'folder')
  const sources = tree === whole ? undefined : whole
  if (tree !== undefined) return { tree, system: PACKAGE, databases: undefined, archive, sources }
  throw new Failure('this is neither an SME Server, a NethServer 7 nor a package for one of them', {
    where: archive?.file ?? folder,
    hint: `Looked for ${SYSTEMS.map(({ databases }) => `${databases}/configuration`).join(', ')} and ${E_SMITH} below it.`,
  })
}
