/** Backups of data by restic, in a bundle of their own. */
export { backupData, verifyData } from './data.ts'
export { restoreData } from './data-restore.ts'
