import { must } from './sandbox.ts'

/** One end of a cable: a machine, the name of its interface there, and its addresses with prefix length. */
export interface End {
  /** A network namespace made by {@link addNode}; undefined: the present one. */
  readonly node?: string
  readonly device: string
  readonly addresses: readonly string[]
}

/** Adds a machine: a network namespace of its own, inside a private mount namespace. */
export function addNode(name: string): void {
  must(['ip', 'netns', 'add', name])
  onNode(name, 'ip', 'link', 'set', 'lo', 'up')
}

/** Runs a command on a machine (on the present one when the name is undefined). */
export function onNode(name: string | undefined, ...command: string[]): string {
  return must(commandOn(name, ...command))
}

/** The same command as words, for whoever starts it. */
export function commandOn(name: string | undefined, ...command: string[]): string[] {
  return name === undefined ? command : ['ip', 'netns', 'exec', name, ...command]
}

/** Connects two machines. */
export function connect(one: End, other: End): void {
  const side = ({ node, device }: End) => ['name', device, ...(node === undefined ? [] : ['netns', node])]
  must(['ip', 'link', 'add', ...side(one), 'type', 'veth', 'peer', ...side(other)])
  for (const { node, device, addresses } of [one, other]) {
    // An IPv6 address can be used at once: nobody else is on this cable.
    for (const address of addresses)
      onNode(node, 'ip', 'address', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
    onNode(node, 'ip', 'link', 'set', device, 'up')
  }
}

/** Sends everything that has no better way over these routers. */
export function route(node: string | undefined, ...routers: string[]): void {
  for (const router of routers) onNode(node, 'ip', 'route', 'add', 'default', 'via', router)
}
