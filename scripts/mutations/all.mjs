/** All mutations of the sources, and what in them no mutation covers. */
import { unlocked } from './locks.mjs'
import { accesses, unknown, weakened } from './orders.mjs'
import { unlisted, unseen } from './second-looks.mjs'
import { sources } from './source.mjs'

/** Each mutation: { kind, file, what, text }, the text being that of the whole file after it. */
export function mutations(root) {
  return sources(root).flatMap((source) => [...weakened(source), ...unlocked(source), ...unseen(source)])
}

/** Each access to an atomic: { file, line, operation, order }. */
export function allAccesses(root) {
  return sources(root).flatMap(accesses)
}

/** What the mutations do not cover, in words; empty where all is well. */
export function uncovered(root) {
  return sources(root).flatMap((source) => [...unknown(source), ...unlisted(source)])
}
