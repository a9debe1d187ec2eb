/** Three significant digits, or all digits of a larger whole number. */
export function figure(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3)))
}

export const percent = (value: number) => `${figure(value)} %`

export const hertz = (value: number) => (value >= 1000 ? `${figure(value / 1000)} kHz` : `${figure(value)} Hz`)

export function bytes(value: number): string {
  const unit = value >= 2 ** 30 ? 'GiB' : value >= 2 ** 20 ? 'MiB' : 'KiB'
  return `${figure(value / { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10 }[unit])} ${unit}`
}
