import type { Random } from './random.js'

/** The same value, with something in it changed, gone, twice, or of another kind. */
export function damageValue(random: Random, value: unknown): unknown {
  if (random.chance(0.1)) return anything(random)
  if (Array.isArray(value)) return damageArray(random, value)
  if (typeof value === 'object' && value !== null) return damageObject(random, value as Record<string, unknown>)
  return random.chance(0.5) ? anything(random) : near(random, value)
}

function damageArray(random: Random, array: readonly unknown[]): unknown[] {
  const at = random.below(array.length + 1)
  const change = random.below(array.length === 0 ? 1 : 4)
  if (change === 0) return array.toSpliced(at, 0, anything(random))
  if (change === 1) return array.toSpliced(at, 1)
  if (change === 2) return [...array, ...array.slice(at)]
  return array.map((item, i) => (i === at % array.length ? damageValue(random, item) : item))
}

function damageObject(random: Random, object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const keys = Object.keys(object)
  if (keys.length === 0 || random.chance(0.1)) return { ...object, [nameOf(random, keys)]: anything(random) }
  const key = random.pick(keys)
  const { [key]: value, ...others } = object
  if (random.chance(0.15)) return others
  if (random.chance(0.05)) return { ...others, [nameOf(random, keys)]: value }
  return { ...object, [key]: damageValue(random, value) }
}

function nameOf(random: Random, keys: readonly string[]): string {
  if (keys.length > 0 && random.chance(0.3)) return random.pick(keys)
  return random.chance(0.3) ? random.pick(['toString', 'constructor', 'length', 'hasOwnProperty', '']) : random.text(8)
}

/** A value of the same kind. */
function near(random: Random, value: unknown): unknown {
  if (typeof value === 'number') return random.chance(0.5) ? -value : value * random.pick([0, 10, 1e6, 1e-6, 1e18])
  if (typeof value === 'string') return damageText(random, value)
  return typeof value === 'boolean' ? !value : anything(random)
}

/** What JSON can say. */
export function anything(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 2 ? 5 : 7)
  if (kind === 0) return null
  if (kind === 1) return random.chance(0.5)
  if (kind === 2) return random.number()
  if (kind === 3) return random.text()
  if (kind === 4) return String(random.number())
  if (kind === 5) return random.list(3, () => anything(random, depth + 1))
  return Object.fromEntries(random.list(3, () => [random.text(6), anything(random, depth + 1)]))
}

/** The text with a few pieces replaced, put in, taken out, said twice, or cut off. */
export function damageText(random: Random, text: string): string {
  let damaged = text
  for (let edits = random.between(1, 3); edits > 0; edits--) {
    const at = random.below(damaged.length + 1)
    const [before, after] = [damaged.slice(0, at), damaged.slice(at)]
    const change = random.below(6)
    if (change === 0) damaged = before + random.text(4) + after
    else if (change === 1) damaged = before + after.slice(random.below(16))
    else if (change === 2) damaged = before + random.text(2) + after.slice(1)
    else if (change === 3) damaged = before + after.slice(0, random.below(64)) + after
    else if (change === 4) damaged = before + String(random.number()) + after
    else if (random.chance(0.5)) damaged = before
  }
  return damaged
}
