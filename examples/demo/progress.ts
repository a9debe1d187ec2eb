import { SingleBar } from 'cli-progress'

export interface Progress {
  step(): void
  stop(): void
}

/** One line that fills up; where the output is a file or a pipe, a plain line at the start and one at the end. */
export function startProgress(total: number, seconds: number): Progress {
  return process.stdout.isTTY ? bar(total) : plain(total, seconds)
}

function bar(total: number): Progress {
  const bar = new SingleBar({
    format: 'load {bar} {value}/{total} requests, {duration_formatted}',
    stream: process.stdout,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // The demo handles signals itself, and the bar leaves the terminal's settings alone so that nothing needs undoing.
    gracefulExit: false,
    linewrap: true,
  })
  bar.start(total, 0)
  return { step: () => bar.increment(), stop: () => bar.stop() }
}

function plain(total: number, seconds: number): Progress {
  let done = 0
  console.log(`load: ${total} requests, about ${seconds} s`)
  return {
    step: () => {
      done++
    },
    stop: () => console.log(`load: ${done}/${total} requests answered`),
  }
}
