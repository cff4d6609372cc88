import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { readFlatFile } from '../../src/db/flat-file.ts'
import type { Records } from '../../src/db/record.ts'
import { isUnseen } from '../../src/import/templates.ts'
import { isFragment, METADATA_FILE } from '../../src/template/tree.ts'
import { RECORDS } from './records.ts'
import { filesIn, modulesBelow, type Tree, templatesBelow, treesBelow } from './trees.ts'

const INSIDE = 'GABARIT_BENCH_PERL'
/** Copies of these, on top of which the original finds what it looks for. */
const COPIES = ['etc', 'home', 'var/lib']
const TEMPLATES = '/etc/e-smith/templates'
const DATABASES = '/var/lib/nethserver/db'
const REFERENCE = join(import.meta.dirname, 'reference.pl')
const OURS = join(import.meta.dirname, '../../perl')

/** What the original makes of a fragment. */
export interface Original {
  readonly text: string
  readonly failed?: string
}

/** Runs a program again in namespaces of its own: nothing that fragments do reaches the machine. */
export function onStage(work: (stage: Stage) => void): void {
  const stage = process.env[INSIDE]
  if (stage !== undefined) {
    work(new Stage(stage))
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-bench-perl-'))
  const overlay = (name: string) => {
    const own = `"$0/${name.replace('/', '-')}`
    const layers = `lowerdir=/${name},upperdir=${own}",workdir=${own}-work"`
    return `mkdir ${own}" ${own}-work"; mount -t overlay overlay -o ${layers} /${name}`
  }
  const setup = ['set -e', 'mount -t tmpfs tmpfs "$0"', ...COPIES.map(overlay), 'exec "$@"'].join('\n')
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const env = { ...process.env, [INSIDE]: folder }
  const { status } = spawnSync('unshare', ['--mount', '--net', 'sh', '-c', setup, folder, ...again], {
    stdio: 'inherit',
    env,
  })
  rmSync(folder, { recursive: true })
  process.exitCode = status ?? 1
}

/** A machine with the packages below a folder, and databases as the original makes them from their defaults. */
export class Stage {
  readonly trees: readonly Tree[]
  readonly records: ReadonlyMap<string, Records>
  readonly #corpus = process.argv[2] ?? ''
  readonly #folder: string
  readonly #modules: Readonly<Record<Tree['system'], string>>

  constructor(folder: string) {
    this.#folder = folder
    this.trees = treesBelow(this.#corpus)
    this.#modules = { sme: join(folder, 'sme'), nethserver: join(folder, 'nethserver') }
    for (const system of ['sme', 'nethserver'] as const)
      for (const [path, file] of modulesBelow(this.#corpus, system)) copy(file, join(this.#modules[system], path))
    mkdirSync(DATABASES, { recursive: true })
    mkdirSync('/var/lib/nethserver/secrets')
    mkdirSync('/home/e-smith')
    symlinkSync(DATABASES, '/home/e-smith/db')
    for (const [name, lines] of Object.entries(RECORDS)) writeFileSync(join(DATABASES, name), `${lines.join('\n')}\n`)
    for (const { root } of this.trees)
      if (existsSync(join(root, 'etc/e-smith/db'))) copy(join(root, 'etc/e-smith/db'), '/etc/e-smith/db')
    this.#original('nethserver', ['initialize'])
    copy(DATABASES, join(folder, 'databases'))
    const names = readdirSync(DATABASES).filter(name => !name.endsWith('.lock'))
    this.records = new Map(names.map(name => [name, readFlatFile(readFileSync(join(DATABASES, name))).records]))
  }

  /** Puts the templates of a package in their place. @returns the folders of the search list, and the templates */
  enter(tree: Tree): { folders: string[]; templates: string[] } {
    rmSync(TEMPLATES, { recursive: true, force: true })
    copy(join(tree.root, 'etc/e-smith/templates'), TEMPLATES)
    this.#reset()
    const templates = templatesBelow(TEMPLATES)
    const settings = join(this.#folder, 'settings')
    rmSync(settings, { recursive: true, force: true })
    // As an import does it.
    const isHidden = (file: string) => isFragment(basename(file)) && isUnseen(readFileSync(file))
    for (const name of templates.filter(name => filesIn(join(TEMPLATES, name)).some(isHidden))) {
      mkdirSync(join(settings, name), { recursive: true })
      writeFileSync(join(settings, name, METADATA_FILE), '{"language": "perl"}')
    }
    return { folders: [settings, TEMPLATES], templates }
  }

  /** What the original makes of all templates, by fragment. @param seed of the order of its hashes */
  originals(tree: Tree, seed: string): Map<string, Original> {
    const said = this.#original(tree.system, ['expand', ...templatesBelow(TEMPLATES)], seed)
    this.#reset()
    const lines = said.split('\n').filter(line => line !== '')
    return new Map(
      lines.map(line => {
        const { file, text, failed } = JSON.parse(line)
        return [file, { text: Buffer.from(text, 'base64').toString(), failed }]
      }),
    )
  }

  /**
   * The folder of a site with modules that gabarit does not have itself.
   * @param from a package; undefined: all of the systems
   */
  site(systems: readonly Tree['system'][], from?: Tree): string {
    const site = mkdtempSync(join(this.#folder, 'site-'))
    for (const system of systems)
      for (const [path, file] of modulesBelow(from?.sources ?? this.#corpus, system))
        if (!existsSync(join(OURS, path))) copy(file, join(site, 'perl', path))
    return site
  }

  /** A fragment by a short name. */
  nameOf(tree: Tree, file: string): string {
    return `${tree.root.slice(this.#corpus.length)}${file.slice(TEMPLATES.length)}`
  }

  #reset(): void {
    rmSync(DATABASES, { recursive: true })
    copy(join(this.#folder, 'databases'), DATABASES)
  }

  #original(system: Tree['system'], args: readonly string[], seed = '0'): string {
    const env = { ...process.env, PERL_HASH_SEED: seed, PERL_PERTURB_KEYS: '0' }
    const command = ['-I', this.#modules[system], REFERENCE, ...args]
    const { stdout, stderr, status } = spawnSync('perl', command, { env, encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (status !== 0) throw new Error(`the original has failed: ${stderr}`)
    return stdout
  }
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}
