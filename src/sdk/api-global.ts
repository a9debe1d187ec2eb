/** The global symbol under which every copy of the OpenTelemetry API 1.x keeps what was registered. */
export const apiKey = Symbol.for('opentelemetry.js.api.1')

/**
 * Calls back with the object under that symbol, now or as soon as the application registers anything with the API.
 * Nothing is loaded for it.
 */
export function whenApiIsUsed(callback: (api: object) => void): void {
  whenSet(globalThis, apiKey, callback)
}

/**
 * Calls back with the object that a property holds, if any, and with each that it is set to while it does not exist.
 * The setter is put on a new prototype of the object, so that the object itself keeps plain properties, which others
 * may delete and set again. Another copy of this package may do the same.
 */
export function whenSet(target: object, key: PropertyKey, callback: (value: object) => void): void {
  harmlessly(() => {
    const above = Object.getPrototypeOf(target)
    const report = (value: unknown) => {
      if (isObject(value)) harmlessly(() => callback(value))
    }
    report(Reflect.get(target, key))
    const watcher = Object.create(above, {
      [key]: {
        get() {
          return Reflect.get(above, key, this)
        },
        set(value: unknown) {
          Reflect.set(above, key, value, this)
          report(value)
        },
      },
    })
    Object.setPrototypeOf(target, watcher)
  })
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** These objects belong to others, who may have frozen them. */
export function harmlessly(work: () => void): void {
  try {
    work()
  } catch {}
}
