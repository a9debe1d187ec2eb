import { AsyncResource } from 'node:async_hooks'

const resource = new AsyncResource('spanmeter')

/** Runs `work` outside the asynchronous context of the caller: a timer set in it holds on to nobody's request. */
export function outside<T>(work: () => T): T {
  return resource.runInAsyncScope(work)
}
