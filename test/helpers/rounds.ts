/**
 * Options of a test of which one round of three must be right: where the machine stands still as a whole, or the sampler waits
 * for a CPU right at the edge of a window, no test can know it from within. What is wrong in the code is so in each round.
 */
export const oneOfThree = { retry: 2 } as const
