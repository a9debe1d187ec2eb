/** The signals upon which a snapshot can be written: those that do not end the process at once. */
export const snapshotSignals = ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGWINCH', 'SIGPIPE', 'SIGINT', 'SIGQUIT'] as const
