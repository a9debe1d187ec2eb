import type { Piece } from '../readings/piece.js'
import type { Condition } from '../types.js'

export interface StateRule {
  readonly condition: Condition
  readonly threshold: number
  readonly clearThreshold: number
  readonly forMs: number
  readonly keepFiringForMs: number
}

/** From when the condition of a rule began to hold until it ended for good. */
export interface Episode {
  readonly startMs: number
  /** When the condition ended, also while the alert is kept firing in case it returns. */
  endMs: number | undefined
  /** The farthest from the threshold. */
  peak: number
  /** The latest. */
  value: number
}

export interface Transition {
  readonly to: 'firing' | 'resolved'
  readonly episode: Episode
}

/** Of almost all pieces. */
const none: readonly Transition[] = []

/**
 * The state of one rule: `inactive`; `pending`, while the condition holds, but not for long enough; `firing`. Time is what
 * the pieces say, so that nothing depends on when somebody looks. Where nothing is known of the metric, a rule that
 * is pending begins anew, and one that fires goes on.
 */
export class RuleState {
  readonly #rule: StateRule
  #phase: 'inactive' | 'pending' | 'firing' = 'inactive'
  #episode: Episode | undefined

  constructor(rule: StateRule) {
    this.#rule = rule
  }

  get phase(): 'inactive' | 'pending' | 'firing' {
    return this.#phase
  }

  /** Of the alert that fires. */
  get episode(): Episode | undefined {
    return this.#phase === 'firing' ? this.#episode : undefined
  }

  advance(piece: Piece): readonly Transition[] {
    if (Number.isNaN(piece.value)) return this.#passUnknown()
    return this.#phase === 'firing' ? this.#follow(piece) : this.#wait(piece)
  }

  /** The rule is removed: what fires ends now. */
  end(nowMs: number): readonly Transition[] {
    const { episode } = this
    this.#phase = 'inactive'
    if (episode === undefined) return none
    episode.endMs ??= nowMs
    return [{ to: 'resolved', episode }]
  }

  #wait(piece: Piece): readonly Transition[] {
    if (!holds(this.#rule, piece.value)) {
      this.#phase = 'inactive'
      return none
    }
    if (this.#phase === 'inactive') {
      this.#phase = 'pending'
      this.#episode = { startMs: piece.fromMs, endMs: undefined, peak: Number.NaN, value: piece.value }
    }
    const episode = this.#episode!
    this.#note(episode, piece)
    if (piece.toMs - episode.startMs < this.#rule.forMs) return none
    this.#phase = 'firing'
    return [{ to: 'firing', episode }]
  }

  #follow(piece: Piece): readonly Transition[] {
    const episode = this.#episode!
    if (!isClear(this.#rule, piece.value)) {
      episode.endMs = undefined
      this.#note(episode, piece)
      return none
    }
    episode.endMs ??= piece.fromMs
    episode.value = piece.value
    if (piece.toMs - episode.endMs < this.#rule.keepFiringForMs) return none
    this.#phase = 'inactive'
    return [{ to: 'resolved', episode }]
  }

  #passUnknown(): readonly Transition[] {
    if (this.#phase === 'pending') this.#phase = 'inactive'
    else if (this.#phase === 'firing') this.#episode!.endMs = undefined
    return none
  }

  #note(episode: Episode, { value, low, high }: Piece): void {
    const { condition, threshold } = this.#rule
    episode.value = value
    if (condition === 'equals') episode.peak = threshold
    else if (condition === 'less_than') episode.peak = least(episode.peak, low)
    else episode.peak = -least(-episode.peak, -high)
  }
}

export function holds({ condition, threshold }: Pick<StateRule, 'condition' | 'threshold'>, value: number): boolean {
  if (condition === 'equals') return value === threshold
  return condition === 'less_than' ? value < threshold : value > threshold
}

export function isClear({ condition, clearThreshold }: StateRule, value: number): boolean {
  if (condition === 'equals') return value !== clearThreshold
  return condition === 'less_than' ? value >= clearThreshold : value <= clearThreshold
}

function least(known: number, value: number): number {
  return Number.isNaN(known) ? value : Math.min(known, value)
}
