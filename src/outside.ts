import { AsyncResource } from 'node:async_hooks'

const resource = new AsyncResource('spanmeter')

/** Runs `work` outside the asynchronous context of the caller, so that a timer that it sets keeps no request alive. */
export function outside<T>(work: () => T): T {
  return resource.runInAsyncScope(work)
}
