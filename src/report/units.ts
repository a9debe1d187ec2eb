/** A number to three significant digits, or all digits of a larger whole number. */
function figure(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)))
}

export function showMs(ms: number): string {
  if (ms >= 60_000) return `${figure(ms / 60_000)} min`
  return ms >= 1000 ? `${figure(ms / 1000)} s` : `${figure(ms)} ms`
}

export function showPercent(percent: number): string {
  return `${figure(percent)} %`
}

export function showMb(bytes: number): string {
  return figure(bytes / 2 ** 20)
}
