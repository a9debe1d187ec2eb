import { loadBinding, type NativeLoopBlocks } from '../backend/native/binding.js'
import { performanceNow } from '../clock.js'
import { TimerBlocks } from './timer-blocks.js'

/** Called with the start and the end of a block when it is over. Must not throw. */
export type BlockListener = (startMs: number, endMs: number) => void

/** A watch for blocks. */
export interface BlockWatch {
  /** Up to when each block has been reported: one may be going on since. */
  knownUntil(): number
  stop(): void
}

interface Watcher {
  minMs: number
  listener: BlockListener
}

const watchers = new Set<Watcher>()
let native: NativeLoopBlocks | undefined

/** Held here, since the native side holds it weakly. */
const report: BlockListener = (startMs, endMs) => {
  for (const { minMs, listener } of [...watchers]) if (endMs - startMs >= minMs) listener(startMs, endMs)
}

/**
 * Calls back when the event loop of this thread has not come round for at least so long: callbacks ran, one or many,
 * between two moments at which it waited for events. The times are exact, and nothing is woken for them. What runs now is
 * no part of a block. Undefined where no binary loads, or the host has no libuv.
 */
export function watchBlocks(minMs: number, listener: BlockListener): BlockWatch | undefined {
  const watcher = { minMs, listener }
  watchers.add(watcher)
  if (!startNative()) {
    watchers.delete(watcher)
    return undefined
  }
  return {
    knownUntil: () => native?.runningSince() ?? performanceNow(),
    stop() {
      watchers.delete(watcher)
      updateNative()
    },
  }
}

/**
 * The same by a timer, where there is no native watch: when it is late, the loop was blocked from when it was due, or up to
 * one of its intervals of 10 ms before that.
 */
export function watchBlocksByTimer(minMs: number, listener: BlockListener): BlockWatch {
  return new TimerBlocks(minMs, listener)
}

/** When the callbacks that run now began. Undefined while nobody watches for blocks. */
export function runningSince(): number | undefined {
  return native?.runningSince()
}

function startNative(): boolean {
  if (native === undefined) {
    try {
      native = loadBinding().loopBlocks(shortest(), report)
    } catch {
      // Where no binary loads.
    }
    const begun = native
    // The code that has asked for it goes on until then.
    process.nextTick(() => begun?.restart())
  }
  updateNative()
  return native !== undefined
}

function updateNative(): void {
  if (watchers.size > 0) {
    native?.setMin(shortest())
    return
  }
  native?.end()
  native = undefined
}

function shortest(): number {
  return Math.min(...[...watchers].map(({ minMs }) => minMs))
}
