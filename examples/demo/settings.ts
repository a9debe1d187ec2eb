/** How long the load lasts. A typo must not silently become the default. */
export function secondsFrom(value: string | undefined): number {
  if (value === undefined) return 10
  const seconds = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(seconds) || seconds < 1) {
    throw new RangeError(`DEMO_SECONDS must be a number of seconds, at least 1, but is ${JSON.stringify(value)}`)
  }
  return seconds
}
