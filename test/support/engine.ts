import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { Failure } from '../../src/base/failure.ts'
import { applyPlan } from '../../src/commit/barrier.ts'
import { type Context, makeContext } from '../../src/plan/context.ts'
import { expandAll } from '../../src/plan/expand.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planOutputs } from '../../src/plan/planner.ts'
import { findPlaces, type Places } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import type { System } from '../../src/system/system.ts'
import type { Output } from '../../src/template/output.ts'
import { PROJECT } from './sandbox.ts'

/** Records of a database as a test writes them: type and properties by key. */
export type TestRecords = Readonly<
  Record<string, readonly [type: string, properties?: Readonly<Record<string, string>>]>
>

/** The engine on a folder of its own: nothing is shipped but what a test writes. */
export class Engine {
  readonly root: string
  readonly places: Places
  readonly warnings: string[] = []

  /** @param root a folder that another engine has made, to go on with */
  constructor(databases: Readonly<Record<string, TestRecords>> = {}, root?: string) {
    this.root = root ?? mkdtempSync(join(tmpdir(), 'gabarit-engine-'))
    this.places = findPlaces(join(this.root, 'package'), {}, join(this.root, 'server'))
    if (root !== undefined) return
    mkdirSync(this.places.shipped)
    // What runs fragments in Perl is a part of the engine.
    symlinkSync(join(PROJECT, 'perl'), join(this.places.shipped, 'perl'))
    mkdirSync(this.places.root)
    for (const [name, records] of Object.entries({ configuration: {}, ...databases })) this.database(name, records)
  }

  /** Writes a file of the package (`templates/etc/hosts/10x`), with its folders. */
  ship(path: string, text: string | Uint8Array): string {
    return this.#write(join(this.places.shipped, path), text)
  }

  /** Writes a file of the site (`templates-custom/etc/hosts/10x`). */
  site(path: string, text: string | Uint8Array): string {
    return this.#write(join(this.places.site, path), text)
  }

  /** Writes a file of the server (`/etc/hosts`). */
  write(path: string, text: string | Uint8Array, mode = 0o644): string {
    const file = this.#write(this.path(path), text)
    chmodSync(file, mode)
    return file
  }

  /** Makes a symbolic link on the server, with its folders. */
  link(target: string, path: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    symlinkSync(target, this.path(path))
  }

  /** Writes the fragments of a shipped template; metadata as an object. */
  template(name: string, fragments: Readonly<Record<string, string>>, metadata?: object): void {
    for (const [fragment, text] of Object.entries(fragments)) this.ship(`templates/${name}/${fragment}`, text)
    if (metadata !== undefined) this.ship(`templates/${name}/template.json`, JSON.stringify(metadata))
  }

  database(name: string, records: TestRecords): void {
    const stored = Object.entries(records).map(([key, [type, properties = {}]]) => [key, { type, properties }])
    this.#write(join(this.places.databases, `${name}.json`), JSON.stringify(Object.fromEntries(stored)))
  }

  /** The real place of a path on the server. */
  path(path: string): string {
    return join(this.places.root, path)
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  readLink(path: string): string {
    return readlinkSync(this.path(path))
  }

  context(system: System = new RealSystem(this.places.root)): Context {
    return makeContext(this.places, system, message => this.warnings.push(message))
  }

  expand(...names: string[]): Output[] {
    return expandAll(this.context(), names)
  }

  /** The text that a template with one output makes. */
  text(name: string): string {
    return this.expand(name)[0]?.content ?? ''
  }

  plan(...names: string[]): Plan {
    const context = this.context()
    return planOutputs(context, expandAll(context, names), names)
  }

  /** Expands, plans and commits. */
  apply(...names: readonly (string | readonly string[])[]): Promise<Plan> {
    return this.applyOn(new RealSystem(this.places.root), ...names.flat())
  }

  /** The same on another system. */
  async applyOn(system: System, ...names: readonly string[]): Promise<Plan> {
    const context = this.context(system)
    const plan = planOutputs(context, expandAll(context, names), names)
    await applyPlan(context, plan)
    return plan
  }

  /** The failure of something that has to be refused. */
  async refused(run: () => unknown): Promise<Failure> {
    try {
      await run()
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
    throw new Error('nothing was refused')
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 })
  }

  #write(file: string, text: string | Uint8Array): string {
    outputFileSync(file, text)
    return file
  }
}

/** Expands one fragment, given as its text, and gives what it makes. */
export function render(source: string | Uint8Array, databases: Readonly<Record<string, TestRecords>> = {}): string {
  const engine = new Engine(databases)
  try {
    engine.ship('templates/one', source)
    return engine.text('one')
  } finally {
    engine.remove()
  }
}

/** The Failure that a function throws; anything else is an error of the test. */
export function failureOf(run: () => unknown): Failure {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
