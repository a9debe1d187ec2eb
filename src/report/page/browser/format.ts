/** Numbers as people read them. A figure that is not known is a dash. */

const unknown = '–'

/** A moment since the recording began, as exact as steps of that many ms need. */
export function formatMoment(ms: number, step: number): string {
  if (!Number.isFinite(ms)) return unknown
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step / 1000) - 1e-9)))
  const factor = 10 ** digits
  const total = Math.round((ms / 1000) * factor) / factor
  if (Math.abs(total) < 60) return `${total.toFixed(digits)} s`
  const minutes = Math.floor(total / 60)
  const seconds = (total - minutes * 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, '0')
  if (minutes < 60) return `${minutes}:${seconds}`
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`
}

/** A range of moments, to a thousandth of its length. */
export function formatRange(from: number, to: number): string {
  const step = (to - from) / 1000
  return `${formatMoment(from, step)} to ${formatMoment(to, step)}`
}

/** A length of time, to three digits. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return unknown
  if (ms === 0) return '0 ms'
  if (ms < 1) return `${digits(ms * 1000)} µs`
  if (ms < 1000) return `${digits(ms)} ms`
  if (ms < 60_000) return `${digits(ms / 1000)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

export function formatPercent(percent: number): string {
  return Number.isFinite(percent) ? `${digits(percent)} %` : unknown
}

/** In units of 1024. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return unknown
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${digits(value)} ${units[unit]}`
}

export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return formatCount(value)
  return value.toFixed(size >= 9.995 ? 1 : 2).replace(/\.?0+$/, '')
}
