/** Backups of data by restic, in a bundle of their own. */
export { backupData, restoreData, verifyData } from './data.ts'
