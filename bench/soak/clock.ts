/**
 * A wall clock that can be set, in the place of the machine's. It is loaded before anything else, so that nobody has the
 * real one.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'

const key = 'wall clock of the soak'
const { now } = Date
/** A thread begins with that of the thread that started it. */
let offsetMs = (getEnvironmentData(key) ?? 0) as number

const wallClock = () => now() + offsetMs

const scripted: DateConstructor = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [wallClock()] : args, newTarget === scripted ? target : newTarget),
  apply: () => new scripted().toString(),
  get: (target, name, receiver) => (name === 'now' ? wallClock : Reflect.get(target, name, receiver)),
})
globalThis.Date = scripted

export function stepClock(ms: number): void {
  offsetMs += ms
  setEnvironmentData(key, offsetMs)
}
