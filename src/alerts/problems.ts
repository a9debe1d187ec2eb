import { oneOf, show } from '../options.js'

/** Where a value is: `['rules', 2, 'threshold']`. */
export type Path = readonly (string | number)[]

export interface Problem {
  readonly path: Path
  /** A `TypeError` or `RangeError` that names the option, what it got and what it expects. */
  readonly error: Error
}

/** What is wrong with options, all of it: a file is corrected at once rather than error by error. */
export class Problems {
  readonly list: Problem[] = []

  /** The checked value; undefined if `check`, which is given the name for its error, has thrown. */
  at<T>(path: Path, check: (name: string) => T): T | undefined {
    try {
      return check(nameOf(path))
    } catch (error) {
      this.list.push({ path, error: error as Error })
      return undefined
    }
  }

  /**
   * What an object has of its own: what others have put on Object.prototype is no option. Unknown names are problems.
   * Undefined if it is no object.
   */
  fields(path: Path, value: unknown, names: readonly string[]): Record<string, unknown> | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.at(path, (name) => {
        throw new TypeError(`${name || 'options'} must be an object, got ${show(value)}`)
      })
      return undefined
    }
    for (const key of Object.keys(value)) {
      this.at([...path, key], () => oneOf(path.length === 0 ? 'option' : `option of ${nameOf(path)}`, key, names))
    }
    return Object.assign(Object.create(null), value)
  }

  /** The checked value; undefined if there is none. */
  optional<T>(path: Path, value: unknown, check: (name: string, value: unknown) => T): T | undefined {
    return value === undefined ? undefined : this.at(path, (name) => check(name, value))
  }

  throwFirst(): void {
    const [first] = this.list
    if (first !== undefined) throw first.error
  }
}

function nameOf(path: Path): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`
    return name === '' ? part : `${name}.${part}`
  }, '')
}
