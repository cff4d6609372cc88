/** `2026-11-25` */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** `2026-11-25 21:45`, in the time of the machine. */
export function minute(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const days = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${days} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `1.5 MiB` */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}
