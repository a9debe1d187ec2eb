/**
 * How long to wait before the next attempt: exponential with decorrelated jitter. This file becomes a bundle with what it
 * needs of the library, by scripts/libraries.mjs. Its retry itself waits on a timer that nothing can cut short, neither
 * the end of the application nor a `Retry-After`.
 */
export { ExponentialBackoff } from 'cockatiel'
