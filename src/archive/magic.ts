/** How an archive begins: the age format, https://age-encryption.org/v1 */
export const MAGIC = 'age-encryption.org/v1\n'
