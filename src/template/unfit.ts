/** A record or a file that a fragment cannot use, in words for the administrator: `fail()`. Anything else is an error of the fragment. */
export class Unfit extends Error {}
