import type { Piece } from '../readings/piece.js'
import type { Reading } from '../readings/reading.js'
import type { CheckedRule } from './rule-options.js'
import { RuleState, type Transition } from './rule-state.js'

/** A rule with its state and what it reads. */
export class WatchedRule {
  readonly rule: CheckedRule
  readonly state: RuleState
  readonly reading: Reading
  /** What was before does not count. */
  readonly #sinceMs: number

  constructor(rule: CheckedRule, reading: Reading, sinceMs: number) {
    this.rule = rule
    this.state = new RuleState(rule)
    this.reading = reading
    this.#sinceMs = sinceMs
  }

  /** Calls `report` with what has changed by what the reading has found: when all of it is known. */
  look(report: Report): void {
    const { rule, state, reading } = this
    let changes: Transition[] | undefined
    for (const piece of reading.pieces(rule.threshold, rule.clearThreshold)) {
      if (piece.toMs < this.#sinceMs) continue
      const transitions = state.advance(this.#clipped(piece))
      if (transitions.length === 0) continue
      changes ??= []
      changes.push(...transitions)
    }
    if (changes !== undefined) for (const change of changes) report(this, change)
  }

  #clipped(piece: Piece): Piece {
    return piece.fromMs >= this.#sinceMs ? piece : { ...piece, fromMs: this.#sinceMs }
  }
}

export type Report = (watched: WatchedRule, transition: Transition) => void
