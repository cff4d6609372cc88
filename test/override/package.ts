import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Outcome, PROJECT, type RunOptions, Sandbox } from '../support/sandbox.ts'

const PARTS = ['bin', 'dist', 'templates', 'db', 'events', 'package.json']

/** A server with an installed package of its own, which a test can upgrade. */
export class Installed extends Sandbox {
  /** The package's folder. */
  readonly package = mkdtempSync(join(tmpdir(), 'gabarit-package-'))

  constructor() {
    super()
    for (const part of PARTS)
      cpSync(join(PROJECT, part), join(this.package, part), { recursive: true, verbatimSymlinks: true })
    const records = { DomainName: { type: 'example.org' }, SystemName: { type: 'mine' } }
    this.write('/var/lib/gabarit/db/configuration.json', JSON.stringify(records))
    this.must('gabarit initialize-default-databases')
  }

  override run(command: string | readonly string[], options: RunOptions = {}): Outcome {
    return super.run(command, this.#own(options))
  }

  override must(command: string | readonly string[], options: RunOptions = {}): string {
    return super.must(command, this.#own(options))
  }

  /** The text of a shipped fragment. */
  shipped(path: string): string {
    return readFileSync(join(this.package, 'templates', path), 'utf8')
  }

  /** A new release: this fragment has this text. */
  upgrade(path: string, text: string): void {
    const file = join(this.package, 'templates', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** A new release adds a line at the end of this fragment. */
  upgradeWith(path: string, line: string): void {
    appendFileSync(join(this.package, 'templates', path), `${line}\n`)
  }

  /** A new release without this fragment. */
  withdraw(path: string): void {
    rmSync(join(this.package, 'templates', path))
  }

  /** The site's own version of a fragment; `cp` as an administrator does it, then an edit. */
  copyByHand(path: string, edit: (text: string) => string = text => text): string {
    return this.write(`/etc/gabarit/templates-custom/${path}`, edit(this.shipped(path)))
  }

  custom(path: string): string {
    return this.read(`/etc/gabarit/templates-custom/${path}`)
  }

  override remove(): void {
    super.remove()
    if (existsSync(this.package)) rmSync(this.package, { recursive: true })
  }

  #own(options: RunOptions): RunOptions {
    return { ...options, env: { PATH: `${join(this.package, 'bin')}:${process.env.PATH}`, ...options.env } }
  }
}
