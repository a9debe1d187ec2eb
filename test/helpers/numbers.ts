export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
