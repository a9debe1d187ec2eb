/** Whether a value that was read is what it should be: anybody can have written a file. */
export type Shape = (value: unknown) => boolean

export const isText: Shape = (value) => typeof value === 'string'
export const isNumber: Shape = (value) => typeof value === 'number' && Number.isFinite(value)

/** A time in ms, or the difference of two, of which the sum with another is still a date. */
export const isTime: Shape = (value) => isNumber(value) && Math.abs(value as number) <= 4e15
/** What is not known is null in JSON, where it is not left out. */
export const isFigure: Shape = (value) => value === undefined || value === null || isNumber(value)

export function optional(shape: Shape): Shape {
  return (value) => value === undefined || shape(value)
}

export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape)
}

/** An object whose values all are such. */
export function mapOf(shape: Shape): Shape {
  return (value) => isObject(value) && Object.values(value).every(shape)
}

/** An object with these fields; it may have others. */
export function fields(shapes: Readonly<Record<string, Shape>>): Shape {
  const entries = Object.entries(shapes)
  return (value) => isObject(value) && entries.every(([name, shape]) => shape(value[name]))
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
