/**
 * A base class whose constructor returns the object that it is given, so that a subclass adds its private fields to it:
 * a stamp. The object belongs to others, so nothing else may see it, not even a deep comparison; and a WeakMap would take
 * three times as long.
 */
export const Stamp = class {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what the class is for
    return object
  }
} as unknown as new (
  object: object,
) => object
