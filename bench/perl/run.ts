import { median } from '../measure.ts'
import { Bridge, type Made } from './bridge.ts'
import { onStage, type Stage } from './stage.ts'

// `npm run bench:perl FOLDER`: the fragments of packages of SME Server and NethServer, unpacked below a folder, as the
// original expands them and as gabarit does. Needs root and libtext-template-perl. See docs/performance.md.

/** Fragments that the original expands, and how many become the same here. */
interface Counts {
  fragments: number
  expanded: number
  unstable: number
  all: number
  own: number
  none: number
}

function measure(stage: Stage): void {
  const { trees, records } = stage
  const [sme, nethserver] = [new Bridge(stage.site(['sme'])), new Bridge(stage.site(['nethserver']))]
  const counts: Counts = { fragments: 0, expanded: 0, unstable: 0, all: 0, own: 0, none: 0 }
  const times: number[] = []
  // Each child of Perl has one.
  process.setMaxListeners(0)
  const starts = [sme.start, nethserver.start]
  for (const tree of trees) {
    const { folders, templates } = stage.enter(tree)
    // Passwords that it makes are there in the other runs.
    stage.originals(tree, '0')
    const [first, second] = [stage.originals(tree, '1'), stage.originals(tree, '2')]
    const bridge = { sme, nethserver }[tree.system]
    const [own, none] = [new Bridge(stage.site([tree.system], tree)), new Bridge('/nowhere')]
    starts.push(own.start, none.start)
    const all = bridge.expand(folders, templates, records)
    const others = { all, own: own.expand(folders, templates, records), none: none.expand(folders, templates, records) }
    // Once more: the modules are loaded.
    const again = [...bridge.expand(folders, templates, records).values()]
    times.push(...again.filter(({ isPerl, text }) => isPerl && text !== undefined).map(one => one.milliseconds))
    for (const [file, { text, failed }] of first) {
      counts.fragments++
      if (failed !== undefined || second.get(file)?.failed !== undefined) continue
      counts.expanded++
      const isStable = second.get(file)?.text === text
      if (!isStable) counts.unstable++
      for (const [modules, made] of Object.entries(others) as [keyof typeof others, Map<string, Made>][]) {
        if (made.get(file)?.text === text) counts[modules]++
        else if (modules === 'all' || process.env.VERBOSE !== undefined)
          console.log(`${modules}: ${stage.nameOf(tree, file)}: ${isStable ? '' : 'unstable, '}${why(made.get(file))}`)
      }
    }
    for (const one of [own, none]) one.close()
  }
  for (const one of [sme, nethserver]) one.close()
  const { fragments, expanded, unstable } = counts
  console.log(
    `${trees.length} packages, ${fragments} fragments, of which the original expands ${expanded}, ${unstable} otherwise each time`,
  )
  for (const [modules, count] of [
    ['with the modules of all packages', counts.all],
    ['with those of its own package', counts.own],
    ['without any of them', counts.none],
  ] as const)
    console.log(`the same ${modules}: ${count} (${((100 * count) / expanded).toFixed(1)} %)`)
  console.log(`a fragment: ${median(times).toFixed(2)} ms (of ${times.length}); start: ${median(starts).toFixed(0)} ms`)
}

function why(made: Made | undefined): string {
  return made?.text === undefined ? ((made?.problem ?? 'not expanded').split('\n')[0] ?? '') : 'something else'
}

onStage(measure)
