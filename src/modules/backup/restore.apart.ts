/** What restores a backup, in a bundle of its own. */
export { restore } from './restore-command.ts'
