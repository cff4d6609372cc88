/** Below it are all keys of a fleet. */
const TOP = '/gabarit/'

/** What hosts read, each below its name. */
export const HOSTS_PREFIX = `${TOP}hosts/`
export const hostPrefix = (host: string) => `${HOSTS_PREFIX}${host}/`
export const orderKey = (host: string) => `${hostPrefix(host)}order`
/** Its next certificate, before the end of its own. */
export const certificateKey = (host: string) => `${hostPrefix(host)}certificate`
/** Where the store is. */
export const addressesKey = (host: string) => `${hostPrefix(host)}store`
export const bundlePrefix = (host: string) => `${hostPrefix(host)}bundle/`
export const bundleKey = (host: string, sha256: string) => `${bundlePrefix(host)}${sha256}`

/** The key of a part of a bundle, of any host. */
export const BUNDLE_KEY = /^\/gabarit\/hosts\/[^/]+\/bundle\/[0-9a-f]{64}$/

/** What a host writes. */
export const STATUS_PREFIX = `${TOP}status/`
export const statusKey = (host: string) => `${STATUS_PREFIX}${host}`

/** What a host writes before it leaves. */
export const LEAVING_PREFIX = `${TOP}leaving/`
export const leavingKey = (host: string) => `${LEAVING_PREFIX}${host}`

/** What only controllers read and write. */
export const MEMBERS_PREFIX = `${TOP}members/`
export const memberKey = (host: string) => `${MEMBERS_PREFIX}${host}`
export const RELEASES_PREFIX = `${TOP}releases/`
export const releaseKey = (number: number) => `${RELEASES_PREFIX}${String(number).padStart(10, '0')}`
export const OBJECTS_PREFIX = `${TOP}objects/`
export const objectKey = (sha256: string) => `${OBJECTS_PREFIX}${sha256}`
export const ROLLOUT_KEY = `${TOP}rollout`
export const LEADER_KEY = `${TOP}leader`
/** The hosts of which the leader has not heard for too long. */
export const SILENT_KEY = `${TOP}silent`

/** Who carries the store. */
export const CARRIERS_KEY = `${TOP}store`

/** All that controllers may read and write. */
export const FLEET_PREFIX = TOP

/** What passes between a controller and a host that joins. */
export const JOINS_PREFIX = `${TOP}join/`
/** Only for controllers. */
export const invitationKey = (host: string) => `${JOINS_PREFIX}${host}/invitation`
export const requestKey = (host: string) => `${JOINS_PREFIX}${host}/request`
export const answerKey = (host: string) => `${JOINS_PREFIX}${host}/answer`
