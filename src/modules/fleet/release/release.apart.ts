/** What takes and compares releases, in a bundle of its own. */
export { runAdopt, runDiff } from './controller-commands.ts'
export { letGo } from './take.ts'
export { runTake } from './take-command.ts'
