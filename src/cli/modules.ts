import { join } from 'node:path'
import { namesIn } from '../system/read-files.ts'
import type { Module } from '../terminal/module.ts'

/**
 * The modules of this package: each folder in src/modules. When this file runs from the sources, it searches for them. The build
 * replaces it with a list of imports (scripts/build.mjs), so nothing is searched for on a server.
 */
export const MODULES: readonly Module[] = await Promise.all(
  namesIn(join(import.meta.dirname, '../modules'))
    .sort()
    .map(async name => {
      const { MODULE }: { MODULE: Module } = await import(`../modules/${name}/module.ts`)
      return MODULE
    }),
)
