/** What encrypts and packs, in a bundle of its own: other commands do not read it. */
export { list, make, verify } from './commands.ts'
